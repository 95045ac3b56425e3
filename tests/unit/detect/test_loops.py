"""Findings about loops: evidence, the batched statement, and the index that the repeated predicate lacks."""

import json
from itertools import count

import pytest

from advisor.detect.batched import rewrite
from advisor.detect.loops import loop_findings
from advisor.model.catalog import Catalog, Column, Index, Table
from advisor.model.event import Event
from advisor.model.finding import Finding
from advisor.model.index import IndexKey, IndexSpec
from advisor.model.workload import Shape, Workload
from advisor.rules import default_rules
from advisor.workload.digest import Digester

BY_ID = 'select "id", "name", "code" from "representatives" where "representatives"."id" = $1'
TOTALS = (
    "select COUNT(*), COALESCE(SUM(CAST(amount as DECIMAL)), 0), MAX(created_at) "
    'from "invoices" where "invoices"."representative_id" = $1'
)
PRIMARY = IndexSpec(schema="public", table="representatives", keys=(IndexKey(column="id"),), unique=True)
CATALOG = Catalog(
    tables=(
        Table(schema="public", name="invoices", columns=(Column(name="representative_id", type="integer"),)),
        Table(
            schema="public",
            name="representatives",
            columns=(Column(name="id", type="integer"),),
            indexes=(Index(name="representatives_pkey", spec=PRIMARY, definition="", primary=True),),
        ),
    )
)


def shape(text: str) -> Shape:
    digester = Digester()
    digester.add(Event(text=text))
    return digester.finish().shapes[0]


def console(requests: int, representatives: int) -> Workload:
    """What Drizzle prints: statements and parameters in order, no times, no sessions."""
    digester, line = Digester(), count(1)
    for _ in range(requests):
        digester.add(Event(text='select "id" from "representatives"', parameters=(), source="app.log", line=next(line)))
        for id_ in range(representatives):
            for text in (BY_ID, TOTALS):
                digester.add(Event(text=text, parameters=(str(id_),), source="app.log", line=next(line)))
    return digester.finish()


@pytest.fixture
def pair() -> Finding:
    (finding,) = loop_findings(console(2, 30), default_rules(), CATALOG)
    return finding


def test_a_pair_of_statements_per_row_is_one_finding_with_the_exact_count(pair: Finding) -> None:
    assert pair.rule == "NP101"
    assert pair.severity == "warning"
    assert len(pair.shapes) == len(pair.evidence["statements"]) == 2
    assert (pair.evidence["repeats"], pair.evidence["windows"], pair.evidence["executions"]) == (30, 2, 120)
    assert pair.evidence["distinct_parameters"] == 30
    assert pair.evidence["parent"] == 'select "id" from "representatives"'
    assert pair.locations[0].file == "app.log"


def test_the_pair_becomes_one_grouped_statement(pair: Finding) -> None:
    found = pair.evidence["rewrite"]
    assert '"representatives"."id" = ANY($1)' in found
    assert '"invoices"."representative_id" = ANY($1) GROUP BY "invoices"."representative_id"' in found
    assert "LEFT JOIN" in found


def test_the_missing_index_of_the_repeated_predicate_is_named(pair: Finding) -> None:
    assert pair.evidence["missing_index"] == [{"table": "public.invoices", "columns": ["representative_id"]}]


def test_evidence_is_json_and_holds_no_value_of_the_log(pair: Finding) -> None:
    assert set(pair.evidence) >= set(
        "statements parent repeats distinct_parameters windows total_ms request call_site rewrite".split()
    )
    assert "1833" not in json.dumps(pair.evidence)


def test_equal_values_are_another_rule_with_another_advice() -> None:
    digester = Digester()
    for second in range(6):
        digester.add(
            Event(text="SELECT v FROM setting WHERE k = $1", parameters=("a",), session="1", time=1.5 + second / 1000)
        )
    (finding,) = loop_findings(digester.finish(), default_rules(), None)
    assert finding.rule == "NP102"
    assert "keep the answer" in finding.evidence["rewrite"]


def test_unseen_values_without_a_parent_are_only_worth_a_remark() -> None:
    digester = Digester()
    for second in range(6):
        digester.add(Event(text="SELECT v FROM setting WHERE k = $1", session="1", time=1.5 + second / 1000))
    (finding,) = loop_findings(digester.finish(), default_rules(), None)
    assert (finding.severity, finding.evidence["confidence"]) == ("info", "low")
    assert finding.evidence["distinct_parameters"] is None


def test_a_raised_threshold_silences() -> None:
    rules = default_rules().override({}, {"NP101": {"repeats": 31}})
    assert loop_findings(console(1, 30), rules, None) == []


def test_route_and_call_site_come_from_the_comments() -> None:
    digester = Digester()
    tags = {"route": "/orders", "file": "app/orders.py", "line": "12"}
    for n in range(6):
        digester.add(
            Event(
                text="SELECT a FROM t WHERE b = $1", parameters=(str(n),), session="1", time=1.5 + n / 1000, tags=tags
            )
        )
    (finding,) = loop_findings(digester.finish(), default_rules(), None)
    assert (finding.evidence["request"], finding.evidence["call_site"]) == ("/orders", "app/orders.py:12")


@pytest.mark.parametrize(
    ("statement", "batched"),
    [
        ("SELECT * FROM t WHERE id = 5", "SELECT * FROM t WHERE id = ANY($1)"),
        ("SELECT a FROM t WHERE owner_id IN (5)", "SELECT owner_id, a FROM t WHERE owner_id = ANY($1)"),
        ("SELECT a FROM t WHERE id = 5 AND kind = 'x' LIMIT 1", "SELECT id, a FROM t WHERE id = ANY($1) AND kind = $2"),
        (
            "SELECT sum(x) FROM t WHERE owner_id = 5",
            "SELECT owner_id, SUM(x) FROM t WHERE owner_id = ANY($1) GROUP BY owner_id",
        ),
        (
            "SELECT t.a FROM t JOIN u ON u.id = t.u_id WHERE t.id = 5",
            "SELECT t.id, t.a FROM t JOIN u ON u.id = t.u_id WHERE t.id = ANY($1)",
        ),
        ("DELETE FROM t WHERE id = 5", "DELETE FROM t WHERE id = ANY($1)"),
        ("INSERT INTO t (a, b) VALUES (1, 2)", "INSERT INTO t (a, b) SELECT * FROM UNNEST($1, $2)"),
    ],
)
def test_one_statement_for_all_keys(statement: str, batched: str) -> None:
    assert rewrite([shape(statement)]) == batched


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT a FROM t WHERE id = 5 ORDER BY b LIMIT 3",
        "SELECT a FROM t WHERE b IN (SELECT c FROM u WHERE id = 5)",
        "UPDATE t SET a = 5 WHERE id = 5",
        "this is no SQL (",
    ],
)
def test_what_cannot_be_rewritten_safely_gets_a_sentence(statement: str) -> None:
    assert rewrite([shape(statement)]).endswith(".")
