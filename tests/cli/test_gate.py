"""`baseline`, `check`, `diff` and `ack` as a CI job runs them."""

import json
from pathlib import Path

import pytest

from advisor.report.json import render
from tests.support import run
from tests.unit.gate.states import LOOP, billing_mended, billing_with_loop


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project with the report of a dashboard that loops, and of the same one mended."""
    monkeypatch.chdir(tmp_path)
    Path("loop.json").write_text(render(billing_with_loop()))
    Path("mended.json").write_text(render(billing_mended()))


def accept(report: str) -> None:
    result = run("baseline", "update", report)
    assert result.exit_code == 0, result.stderr


def test_the_mended_dashboard_passes_and_the_reduction_is_told() -> None:
    accept("loop.json")
    result = run("check", "mended.json")
    assert result.exit_code == 0, result.stdout
    assert "all statements: 410 -> 11 calls, 97.3 % fewer" in result.stdout
    assert f"loop {LOOP}" in result.stdout
    assert "400 -> 0 calls, 100 % fewer" in result.stdout


def test_the_loop_against_a_clean_baseline_fails() -> None:
    accept("mended.json")
    result = run("check", "loop.json")
    assert result.exit_code == 1
    assert "FAIL  n-plus-one-new (1)" in result.stdout


def test_the_loop_that_is_still_there_is_said_and_fails_when_the_policy_wants_it() -> None:
    accept("loop.json")
    assert "n-plus-one-known" in run("check", "loop.json").stdout.splitlines()[0]
    Path("advisor.toml").write_text('[gate]\nn-plus-one-known = "fail"\n')
    assert run("check", "loop.json").exit_code == 1


def test_without_a_baseline_a_loop_fails() -> None:
    assert run("check", "loop.json").exit_code == 1
    result = run("check", "mended.json")
    assert result.exit_code == 0
    assert "no-baseline" in result.stdout


def test_an_acknowledged_loop_passes_until_its_day() -> None:
    accept("mended.json")
    assert run("ack", LOOP, "--reason", "rewritten next week", "--until", "2099-12-31").exit_code == 0
    result = run("check", "loop.json")
    assert result.exit_code == 0
    assert "acknowledged: rewritten next week (until 2099-12-31)" in result.stdout
    file = Path(".advisor/acknowledgements.jsonl")
    file.write_text(file.read_text().replace("2099-12-31", "2020-12-31"))
    assert "expired-acknowledgement" in run("check", "loop.json").stdout


def test_several_outputs_say_the_same() -> None:
    accept("mended.json")
    result = run("check", "loop.json", "--format", "json", "--output", "markdown=c.md", "--output", "text=c.txt")
    document = json.loads(result.stdout)
    assert document["exit_code"] == result.exit_code == 1
    failing = [c["name"] for c in document["conditions"] if c["conclusion"] == "fail"]
    for file in ("c.md", "c.txt"):
        assert all(name in Path(file).read_text() for name in failing)


def test_diff_judges_nothing() -> None:
    accept("mended.json")
    result = run("diff", ".advisor/baseline.jsonl", "loop.json", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["queries_reduction_percent"] < 0


def test_a_baseline_update_is_the_same_bytes_twice() -> None:
    accept("loop.json")
    first = Path(".advisor/baseline.jsonl").read_bytes()
    accept("loop.json")
    assert Path(".advisor/baseline.jsonl").read_bytes() == first


def test_a_merge_conflict_in_the_baseline_is_never_green() -> None:
    accept("mended.json")
    file = Path(".advisor/baseline.jsonl")
    file.write_text(f"<<<<<<< HEAD\n{file.read_text()}=======\n>>>>>>> x\n")
    for command in (("check", "mended.json"), ("diff", str(file), "mended.json")):
        result = run(*command)
        assert result.exit_code == 2
        assert "merge conflict" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "mended.json", "--baseline", "none.jsonl"),
        ("check", "mended.json", "--catalog", "c.json"),
        ("check", "mended.json", "loop.json"),
        ("check", "none.log"),
        ("check", "mended.json", "--output", "pdf=x"),
        ("check", "mended.json", "--format", "pdf"),
        ("diff", "mended.json", "none.json"),
        ("diff", "mended.json", "loop.json", "--format", "pdf"),
        ("ack", "x", "--reason", "y", "--until", "2020-01-01"),
    ],
)
def test_bad_input_is_exit_code_2_with_the_next_action(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "next:" in result.stderr


def test_a_report_of_a_hostile_statement_stays_text_in_markdown() -> None:
    hostile = billing_with_loop()
    text = render(hostile).replace("/* b */", "</details><img src=x onerror=alert(1)> @team [a](http://x) `")
    Path("hostile.json").write_text(text)
    accept("mended.json")
    output = run("check", "hostile.json", "--format", "markdown").stdout
    assert "<img" not in output.replace("\\<img", "")
    assert "@team" not in output
