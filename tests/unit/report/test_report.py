"""Reports: golden files, the JSON contract, and log text that tries to escape its medium."""

import json
import re
from pathlib import Path

import jsonschema
import msgspec
import pytest

from advisor.cli.console import clean
from advisor.errors import InputError, UsageError
from advisor.report import FORMATS, parse_outputs, terminal, write_outputs
from advisor.report.json import load, schema
from advisor.report.markdown import block, code, escape
from tests.support import assert_golden, sample_report


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_format_renders_as_the_golden_file_says(name: str) -> None:
    assert_golden(f"report/report.{name}", FORMATS[name](sample_report()))


def test_terminal_report_renders_as_the_golden_file_says() -> None:
    assert_golden("report/report.txt", clean(terminal.render(sample_report())))


def test_terminal_report_stays_within_its_width_except_for_words_longer_than_it() -> None:
    for line in terminal.render(sample_report(), width=80).splitlines():
        assert len(line) <= 80 or len(max(line.split(), key=len)) > 60


def test_json_report_validates_against_the_published_schema() -> None:
    jsonschema.validate(json.loads(FORMATS["json"](sample_report())), schema())


def test_json_report_reads_back_as_the_same_report(tmp_path: Path) -> None:
    write_outputs(sample_report(), [("json", tmp_path / "r.json")])
    assert load(tmp_path / "r.json") == sample_report()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("not json", "is not JSON"),
        ("[]", "is not a report"),
        ('{"shapes": [], "recommendations": [], "version": 99}', "version 99"),
        ('{"shapes": 3, "recommendations": [], "version": 1}', "shapes"),
    ],
)
def test_a_file_that_is_no_report_is_refused_with_the_way_to_make_one(
    tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "r.json"
    file.write_text(content)
    with pytest.raises(InputError, match=re.escape(message)) as error:
        load(file)
    assert "advisor analyze" in error.value.hint


def test_outputs_are_checked_before_anything_is_analysed() -> None:
    with pytest.raises(UsageError, match="pdf=x"):
        parse_outputs(["pdf=x"])


def test_markdown_of_hostile_text_stays_text() -> None:
    assert "<img" not in escape("<img src=x onerror=alert(1)>").replace("\\<img", "")
    assert escape("[a](http://x)") == r"\[a\](http://x)"
    assert code("a `b` c") == "``a `b` c``"
    assert block("```\nrm").startswith("````sql")


def test_terminal_text_carries_no_escape_sequence() -> None:
    assert "\x1b" not in clean(terminal.render(sample_report()))


def test_shapes_of_several_databases_say_which_is_theirs() -> None:
    report = sample_report()
    other = msgspec.structs.replace(report.shapes[0], id="ffffffffffffffff", database="users")
    both = msgspec.structs.replace(report, shapes=(*report.shapes, other))
    assert "ffffffffffffffff [users]" in terminal.render(both)
    assert "`ffffffffffffffff` users" in FORMATS["markdown"](both)
    assert "[shop]  412 calls" not in terminal.render(report)
