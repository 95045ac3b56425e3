"""The decisions file: what a person said stays said, and an edit is checked before it is kept."""

from pathlib import Path

import pytest

from advisor.errors import AdvisorError, ConfigError, Refused, UsageError
from advisor.model.migration import Decision
from advisor.review.change import read_change
from advisor.review.decisions import (
    Choices,
    accept_all,
    apply_choices,
    decide,
    decisions_for,
    edited,
    read_decisions,
    recommendation,
    stale,
    undecided,
    write_decisions,
)
from advisor.rules import default_rules
from tests.emitted import index_report, together

RULES = default_rules()
NAME = "orders_customer_id_idx"
FIRST = index_report(f"CREATE INDEX CONCURRENTLY {NAME} ON public.orders (customer_id)", name=NAME)
SECOND = index_report("CREATE INDEX CONCURRENTLY other_idx ON public.orders (customer_id, id)", name="other_idx")
REPORT = together(FIRST, SECOND)
ONE, TWO = REPORT.recommendations


def verdicts(decisions: list[Decision]) -> dict[str, str]:
    return {decision.recommendation: decision.verdict for decision in decisions}


def test_decisions_read_back_sorted_with_the_ddl_they_are_about(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    decisions = decide(decide([], TWO, "reject", reason="no"), ONE, "accept")
    write_decisions(path, decisions)
    lines = path.read_text().splitlines()
    assert lines[0] == '{"advisor":"decisions","version":1}'
    assert lines[1:] == sorted(lines[1:])
    assert ONE.ddl[0] in path.read_text()
    assert verdicts(read_decisions(path) or []) == {ONE.id: "accept", TWO.id: "reject"}


def test_a_later_decision_replaces_the_earlier_one() -> None:
    assert verdicts(decide(decide([], ONE, "accept"), ONE, "reject", reason="no")) == {ONE.id: "reject"}


def test_accept_all_leaves_what_was_rejected_alone() -> None:
    assert verdicts(accept_all(decide([], ONE, "reject", reason="no"), REPORT)) == {ONE.id: "reject", TWO.id: "accept"}


def test_what_is_open_and_what_is_stale() -> None:
    decisions = decide([], ONE, "accept")
    assert undecided(decisions, REPORT) == [TWO]
    assert stale(decisions, SECOND) == decisions


def test_flags_decide_by_the_beginning_of_an_id() -> None:
    choices = Choices(reject=[ONE.id], reason="no", accept_all=True)
    assert verdicts(apply_choices([], REPORT, choices, RULES)) == {ONE.id: "reject", TWO.id: "accept"}
    with pytest.raises(UsageError, match="2 recommendations"):
        recommendation(REPORT, "0")
    with pytest.raises(UsageError, match="0 recommendations"):
        recommendation(REPORT, "zzz")


@pytest.mark.parametrize(
    "choices",
    [
        Choices(reject=[ONE.id]),
        Choices(accept=[ONE.id], reject=[ONE.id], reason="no"),
        Choices(accept=["nope"]),
        Choices(edit=ONE.id),
    ],
)
def test_flags_that_do_not_fit_together_are_refused(choices: Choices) -> None:
    with pytest.raises(AdvisorError):
        apply_choices([], REPORT, choices, RULES)


def test_an_edit_is_parsed_and_reviewed_before_it_is_kept() -> None:
    (kept,) = edited([], ONE, "CREATE INDEX mine ON orders (customer_id DESC)", "shorter", RULES)
    assert (kept.verdict, kept.reason) == ("edit", "shorter")
    with pytest.raises(Refused, match="MIG502"):
        edited([], ONE, "CREATE INDEX mine ON orders (customer_id) WHERE created_at > now()", "", RULES)
    with pytest.raises(ConfigError, match="not one CREATE INDEX"):
        edited([], ONE, "DROP TABLE orders", "", RULES)


def test_a_change_keeps_the_definition_as_written_and_drops_the_comment_behind_it() -> None:
    ddl = 'create unique index "Mine" on only public.orders using btree (lower(a) desc, "ON") where a <> \'\n--\' -- why\n;'
    change = read_change(ONE, ddl)
    assert (change.name, change.unique) == ("Mine", True)
    assert change.definition == "using btree (lower(a) desc, \"ON\") where a <> '\n--'"
    assert change.create.startswith('CREATE UNIQUE INDEX CONCURRENTLY "Mine" ON public.orders using btree (')
    assert change.drop == 'DROP INDEX CONCURRENTLY public."Mine"'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ('{"advisor":"decisions","version":1}\n<<<<<<< HEAD\n', "line 2: a merge conflict"),
        ('{"advisor":"decisions","version":2}\n', "version 2"),
        ('{"advisor":"decisions","version":1}\n{"recommendation":"a","verdict":"maybe"}\n', "'maybe' is unknown"),
        ('{"advisor":"decisions","version":1}\n{"recommendation":"a","verdict":"reject"}\n', "without a reason"),
        ('{"advisor":"decisions","version":1}\n{"recommendation":"a","verdict":"edit"}\n', "without DDL"),
        (
            '{"advisor":"decisions","version":1}\n' + '{"recommendation":"a","verdict":"accept"}\n' * 2,
            "decides a twice",
        ),
    ],
)
def test_a_decisions_file_that_cannot_be_used_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text(content)
    with pytest.raises(AdvisorError, match=message):
        read_decisions(path)


def test_a_named_decisions_file_must_exist_and_the_default_one_need_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert decisions_for(None) is None
    with pytest.raises(ConfigError, match="does not exist"):
        decisions_for(tmp_path / "d.jsonl")
