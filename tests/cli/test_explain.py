"""`advisor explain`, as a person types it."""

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from advisor.cli.app import app
from advisor.report.json import schema
from advisor.resources import data_dir

EXAMPLES = sorted((data_dir("rules") / "query").glob("*/bad.*"))
HOSTILE = """\
Seq Scan on "o\x1b]0;pwned\x07rders" "[bold]o"  (cost=0.00..2750.00 rows=12 width=231)
  Filter: ("a\x1b[31m" = 'top secret 4711'::text)
"""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name.split("-")[0])
def test_every_rule_fires_on_its_bad_plan(path: Path) -> None:
    result = CliRunner().invoke(app, ["explain", str(path), "--critical", "tariffs", "--fail-on", "info"])
    rule = path.parent.name.split("-")[0]
    assert result.exit_code == 1
    assert f"<- {rule}" in result.stdout or f", {rule}" in result.stdout
    assert f" {rule}  " in result.stdout


def test_standard_input_and_the_exit_codes() -> None:
    clean = "Index Scan using p on t  (cost=0.29..8.30 rows=1 width=4)\n  Index Cond: (id = 7)\n"
    result = CliRunner().invoke(app, ["explain", "-", "--fail-on", "info"], input=clean)
    assert result.exit_code == 0
    assert "Index Scan using p on t" in result.stdout
    assert "No rule has anything to say" in result.stdout
    for arguments, given, words in (
        (["explain", "-"], "hello", "no EXPLAIN output"),
        (["explain", "-"], clean + "  ->  Sort  (cost=0.2", "line 3"),
        (["explain", "nowhere.txt"], "", "nowhere.txt"),
        (["explain", "-", "--format", "xml"], clean, "--format"),
    ):
        result = CliRunner().invoke(app, arguments, input=given)
        assert result.exit_code == 2
        assert words in result.stderr
        assert "next: " in result.stderr
        assert not result.stdout


def test_json_is_one_document_that_the_schema_knows() -> None:
    text = '{"Query Text": "select * from t where a = 5", "Plan": {"Node Type": "Seq Scan", "Relation Name": "t"}}'
    result = CliRunner().invoke(app, ["explain", "-", "--format", "json"], input=text)
    document = json.loads(result.stdout)
    jsonschema.validate(document, schema())
    assert [shape["text"] for shape in document["shapes"]] == ["select * from t where a = ?"]
    assert document["summary"] == {"plans": [{"outline": "Seq Scan(t)", "reads": "Seq Scan on t"}]}


def test_escape_sequences_and_markup_of_names_do_not_reach_the_terminal() -> None:
    result = CliRunner().invoke(app, ["explain", "-"], input=HOSTILE)
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout
    assert "[bold]o" in result.stdout


def test_literals_are_shown_only_when_asked_for() -> None:
    assert "4711" not in CliRunner().invoke(app, ["explain", "-"], input=HOSTILE).stdout
    assert "4711" not in CliRunner().invoke(app, ["explain", "-", "--format", "json"], input=HOSTILE).stdout
    assert "4711" in CliRunner().invoke(app, ["explain", "-", "--show-literals"], input=HOSTILE).stdout
