"""`advisor demo`, the first thing that a new user runs."""

from pathlib import Path

from tests.e2e import program


def test_the_demo_analyses_every_sample_and_leaves_migrations_and_reports(tmp_path: Path) -> None:
    done = program.advisor("demo", "--out", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    for system in ("identity", "billing", "storefront"):
        folder = tmp_path / "demo" / system
        assert program.load(folder / "report.json").recommendations
        assert (folder / "report.md").read_text()
        assert list((folder / "migrations").rglob("*.sql"))
        assert system in done.stdout
    assert done.stdout.rstrip().endswith(str(tmp_path / "demo"))


def test_the_demo_does_not_write_into_a_folder_that_exists(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = program.advisor("demo", "--out", tmp_path)
    assert done.returncode == 2
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
