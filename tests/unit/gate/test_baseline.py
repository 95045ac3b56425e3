"""The baseline and acknowledgement files: what is in them, what never is, and which are refused."""

from datetime import date
from pathlib import Path

import pytest

from advisor.errors import ConfigError, InputError, UsageError
from advisor.gate.acknowledgements import acknowledge, read_acknowledgements, write_acknowledgements
from advisor.gate.baseline import baseline_of, read_baseline, write_baseline
from advisor.gate.inputs import baseline_or_none, load_state
from advisor.gate.outline import read_outline
from advisor.gate.rendering import FORMATS, outputs_of
from advisor.gate.roster import check
from advisor.model.finding import Finding
from advisor.report.json import render
from tests.support import assert_golden
from tests.unit.gate.states import (
    INVOICES,
    ORDERS,
    billing_mended,
    billing_with_loop,
    index_for,
    report,
    shape,
    state,
)

TODAY = date(2026, 3, 1)


def written(path: Path, **fields: object) -> Path:
    finding = Finding(rule="QRY001", severity="warning", message="'secret'", subject=ORDERS, database="shop")
    loop = billing_with_loop()
    write_baseline(
        path,
        baseline_of(
            report(*loop.shapes, findings=(*loop.findings, finding, finding), recommendations=(index_for(INVOICES),))
        ),
    )
    return path


def test_a_baseline_reads_back_as_it_was_written(tmp_path: Path) -> None:
    first = written(tmp_path / "b.jsonl")
    write_baseline(tmp_path / "again.jsonl", read_baseline(first))
    assert (tmp_path / "again.jsonl").read_bytes() == first.read_bytes()


def test_a_baseline_is_as_the_golden_file_says(tmp_path: Path) -> None:
    assert_golden("gate/baseline.jsonl", written(tmp_path / "b.jsonl").read_text())


def test_a_baseline_holds_no_literals_and_is_sorted_by_fingerprint(tmp_path: Path) -> None:
    lines = written(tmp_path / "b.jsonl").read_text().splitlines()
    assert "secret" not in "".join(lines)
    assert [line.split('"fingerprint":"')[1][:16] for line in lines[1:]] == sorted(
        line.split('"fingerprint":"')[1][:16] for line in lines[1:]
    )


def test_the_order_of_the_report_does_not_matter() -> None:
    assert state(shape("a" * 16), shape("b" * 16)) == state(shape("b" * 16), shape("a" * 16))


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> branch", "||||||| base"])
@pytest.mark.parametrize("line", [0, 1, 3])
def test_a_merge_conflict_is_named_with_its_line(tmp_path: Path, marker: str, line: int) -> None:
    path = written(tmp_path / "b.jsonl")
    lines = path.read_text().splitlines()
    lines.insert(line, marker)
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(ConfigError, match=f"line {line + 1}: a merge conflict"):
        read_baseline(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("not json\n", "line 1"),
        ('{"advisor":"decisions","version":1}\n', "holds decisions"),
        ('{"advisor":"baseline","version":7}\n', "version 7, this program reads 1"),
        ('{"advisor":"baseline","version":1}\n{"kind":"query"}\n', "line 2"),
        ('{"advisor":"baseline","version":1}\n{"kind":"poem"}\n', "line 2"),
        ('{"advisor":"baseline","version":1}\n{"kind":"que', "line 2"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused_with_the_way_to_make_one(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text(content)
    with pytest.raises(ConfigError, match=message) as error:
        read_baseline(path)
    assert "advisor baseline update" in error.value.hint


def test_a_line_that_a_merge_kept_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "b.jsonl")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n")
    with pytest.raises(ConfigError, match="two lines"):
        read_baseline(path)


def test_a_state_is_read_from_a_report_or_a_baseline_and_from_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(render(billing_with_loop()))
    write_baseline(tmp_path / "b.jsonl", baseline_of(billing_with_loop()))
    assert load_state(tmp_path / "r.json") == load_state(tmp_path / "b.jsonl")
    (tmp_path / "x.log").write_text("2026-01-01 LOG: hello\n")
    with pytest.raises(InputError, match="neither"):
        load_state(tmp_path / "x.log")


def test_a_named_baseline_must_exist_and_the_default_one_need_not(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        baseline_or_none(tmp_path / "b.jsonl", tmp_path / "c.jsonl")
    assert baseline_or_none(None, tmp_path / "c.jsonl") is None


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_outputs_are_as_the_golden_files_say(name: str) -> None:
    before = baseline_of(report(*billing_mended().shapes, shape("f" * 16, cost=10)))
    changed = shape("f" * 16, cost=900, plan="Seq Scan(orders o)")
    after = baseline_of(report(*billing_with_loop().shapes, changed, findings=billing_with_loop().findings))
    known = acknowledge([], "f" * 16, "a | table, rewritten soon", "2026-04-01", TODAY, "cost-regression")
    roster = check(before, after, today=TODAY, acknowledgements=known)
    assert_golden(f"gate/check.{name}", FORMATS[name](roster))


def test_outputs_are_checked_before_anything_is_analysed() -> None:
    with pytest.raises(UsageError, match="pdf"):
        outputs_of(["pdf=x"], "text")
    with pytest.raises(UsageError, match="pdf"):
        outputs_of([], "pdf")


def test_acknowledgements_read_back_sorted_and_the_later_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = acknowledge([], "b", "first", "2026-05-01", TODAY)
    lines = acknowledge(lines, "a", "other", "2026-05-01", TODAY)
    lines = acknowledge(lines, "b", "second", "2026-06-01", TODAY)
    write_acknowledgements(path, lines)
    assert [(a.fingerprint, a.reason) for a in read_acknowledgements(path)] == [("a", "other"), ("b", "second")]
    assert read_acknowledgements(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize(
    ("fingerprint", "reason", "until"),
    [("a", "why", "2026-02-28"), ("a", "why", "soon"), ("a", " ", "2026-05-01"), (" ", "why", "2026-05-01")],
)
def test_an_acknowledgement_needs_a_fingerprint_a_reason_and_a_day_to_come(
    fingerprint: str, reason: str, until: str
) -> None:
    with pytest.raises(UsageError):
        acknowledge([], fingerprint, reason, until, TODAY)


def test_an_acknowledgement_whose_reason_was_removed_by_hand_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_acknowledgements(path, acknowledge([], "b", "first", "2026-05-01", TODAY))
    path.write_text(path.read_text().replace("first", ""))
    with pytest.raises(ConfigError, match="without a fingerprint or a reason"):
        read_acknowledgements(path)


@pytest.mark.parametrize(
    ("outline", "whole", "by_index", "sorts", "joins"),
    [
        ("", set(), set(), 0, {}),
        ("Seq Scan(Sort)", {"Sort"}, set(), 0, {}),
        ("Parallel Seq Scan(orders o)", {"orders o"}, set(), 0, {}),
        ("Index Scan Backward(orders, orders_pkey)", set(), {"orders"}, 0, {}),
        ("Bitmap Heap Scan(orders)[Bitmap Index Scan(orders_idx)]", set(), {"orders"}, 0, {}),
        ("Incremental Sort[Sort[Seq Scan(a)]]", {"a"}, set(), 2, {}),
        ("Hash Left Join[Seq Scan(a), Hash[Seq Scan(b)]]", {"a", "b"}, set(), 0, {"Hash": 1}),
        ("Nested Loop[Seq Scan(a), Memoize[Index Scan(b, b_pkey)]]", {"a"}, {"b"}, 0, {"Nested Loop": 1}),
        ('Seq Scan(x"](weird, name)', set(), set(), 0, {}),
    ],
)
def test_an_outline_tells_how_each_relation_is_read(
    outline: str, whole: set[str], by_index: set[str], sorts: int, joins: dict[str, int]
) -> None:
    reading = read_outline(outline)
    assert (set(reading.whole), set(reading.by_index), reading.sorts, reading.joins) == (whole, by_index, sorts, joins)
