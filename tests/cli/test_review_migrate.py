"""`review` and `migrate` as a user runs them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from advisor.cli import review as review_command
from advisor.cli.app import app
from advisor.report.json import render
from tests.emitted import index_report, together
from tests.support import run

FIRST = index_report("CREATE INDEX CONCURRENTLY a_idx ON public.orders (customer_id)", name="a_idx")
SECOND = index_report("CREATE INDEX CONCURRENTLY b_idx ON public.orders (customer_id, id)", name="b_idx")
ONE, TWO = together(FIRST, SECOND).recommendations


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project with a report of two recommendations."""
    monkeypatch.chdir(tmp_path)
    Path("report.json").write_text(render(together(FIRST, SECOND)))
    return tmp_path


def migrate(*arguments: str) -> list[str]:
    result = run("migrate", "report.json", "--framework", "sql", "--out", "m", *arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()


def at_terminal(monkeypatch: pytest.MonkeyPatch, answers: str) -> str:
    """`advisor review report.json` on a terminal where a person types `answers`; what the screen shows."""
    monkeypatch.setattr(review_command, "on_terminal", lambda: True)
    result = CliRunner().invoke(app, ["review", "report.json"], input=answers)
    assert result.exit_code == 0, result.output
    return result.output


def test_without_decisions_everything_is_written_and_said_to_be_unreviewed() -> None:
    result = run("migrate", "report.json", "--framework", "sql", "--out", "m")
    assert len(result.stdout.splitlines()) == 6
    assert "nobody has reviewed these yet" in result.stderr


def test_with_decisions_only_accepted_ones_are_written() -> None:
    assert run("review", "report.json", "--accept", TWO.id).exit_code == 0
    assert [Path(line).name for line in migrate()] == [f"0001_add_b_idx.{r}.sql" for r in ("up", "down", "verify")]


def test_rejected_ones_stay_rejected() -> None:
    run("review", "report.json", "--reject", ONE.id, "--reason", "no")
    run("review", "report.json", "--accept-all")
    assert all("b_idx" in line for line in migrate())


def test_an_edited_one_is_written_as_edited() -> None:
    ddl = "CREATE INDEX mine ON orders (customer_id)"
    assert run("review", "report.json", "--edit", ONE.id, "--ddl", ddl, "--reason", "short").exit_code == 0
    up, *_ = migrate()
    assert "CREATE INDEX CONCURRENTLY IF NOT EXISTS mine ON public.orders (customer_id);" in Path(up).read_text()


def test_review_without_flags_needs_a_terminal() -> None:
    result = run("review", "report.json")
    assert result.exit_code == 2
    assert "--accept-all" in result.stderr


def test_review_walks_the_open_recommendations_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = at_terminal(monkeypatch, "a\nr\n\nnot now\n")
    assert "[1/2] CREATE INDEX CONCURRENTLY a_idx" in shown
    assert "cost before -> after" in shown
    assert "1 accepted, 0 edited, 1 rejected, 0 open" in shown
    assert "not now" in Path(".advisor/decisions.jsonl").read_text()


def test_a_walk_can_be_left_and_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1 accepted, 0 edited, 0 rejected, 1 open" in at_terminal(monkeypatch, "a\nq\n")
    assert "[1/1] CREATE INDEX CONCURRENTLY b_idx" in at_terminal(monkeypatch, "s\n")


def test_a_walk_that_breaks_off_keeps_what_was_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_command, "on_terminal", lambda: True)
    CliRunner().invoke(app, ["review", "report.json"], input="a\n")  # end of input in the middle
    assert ONE.id in Path(".advisor/decisions.jsonl").read_text()


def test_a_wrong_edit_is_explained_and_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = at_terminal(monkeypatch, "e\nDROP TABLE x\nw\ne\nCREATE INDEX mine ON orders (customer_id)\nw\nq\n")
    assert "is not one CREATE INDEX statement" in shown
    assert "0 accepted, 1 edited, 0 rejected, 1 open" in shown


def test_supabase_takes_the_clock_unless_a_timestamp_is_given() -> None:
    result = run("migrate", "report.json", "--framework", "supabase", "--out", ".")
    assert result.exit_code == 0, result.stderr
    given = run("migrate", "report.json", "--framework", "supabase", "--out", "p", "--timestamp", "20260101120000")
    assert "p/supabase/migrations/20260101120000_add_a_idx.sql" in given.stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--framework", "rails"), "sql, supabase"),
        (("--framework", "sql", "--timestamp", "20260101120000"), "numbers"),
        (("--framework", "supabase", "--number", "7"), "timestamps"),
        (("--framework", "sql", "--decisions", "none.jsonl"), "does not exist"),
    ],
)
def test_options_that_do_not_fit_are_explained(arguments: tuple[str, ...], message: str) -> None:
    result = run("migrate", "report.json", "--out", "m", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not Path("m").exists()


def test_a_file_that_is_no_report_is_refused() -> None:
    Path("x.json").write_text("[]")
    for command in (("review", "x.json"), ("migrate", "x.json", "--framework", "sql", "--out", "m")):
        result = run(*command)
        assert result.exit_code == 2
        assert "advisor analyze" in result.stderr
