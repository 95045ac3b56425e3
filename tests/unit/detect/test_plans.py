"""What the plan rules say, and when they are silent."""

import msgspec
import pytest

from advisor.detect.plans import diagnose
from advisor.engines.postgres.plan import parse_plan
from advisor.model.catalog import Catalog, Index, Table
from advisor.model.index import IndexKey, IndexSpec
from advisor.rules import default_rules

SCAN = """\
Seq Scan on orders  (cost=0.00..2750.00 rows=12 width=231)
  Filter: ((status)::text = 'secret value'::text)
"""


def rules_of(text: str, catalog: Catalog | None = None) -> list[str]:
    return [finding.rule for finding in diagnose(parse_plan(text), default_rules(), catalog=catalog)]


def catalog(rows: float, *indexed: str) -> Catalog:
    spec = IndexSpec("public", "orders", tuple(IndexKey(column=name) for name in indexed))
    indexes = (Index(name="orders_idx", spec=spec, definition=""),) if indexed else ()
    return Catalog(database="shop", tables=(Table(schema="public", name="orders", rows=rows, indexes=indexes),))


def test_a_node_that_never_ran_gives_no_advice() -> None:
    text = (
        "Nested Loop  (cost=0.00..9000.00 rows=12 width=4) (actual rows=0 loops=1)\n"
        "  ->  Seq Scan on a  (cost=0.00..1.00 rows=1 width=4) (actual rows=0 loops=1)\n"
        "  ->  Seq Scan on orders  (cost=0.00..2750.00 rows=900000 width=4) (never executed)\n"
        "        Filter: (customer_id = 4)\n"
    )
    assert rules_of(text) == []


def test_the_waste_of_an_unmeasured_scan_is_estimated_only_from_a_known_table() -> None:
    assert rules_of(SCAN) == ["QRY002"]
    (finding,) = diagnose(parse_plan(SCAN), default_rules(), catalog=catalog(2_000_000))
    assert (finding.rule, finding.severity, finding.database) == ("QRY001", "error", "")
    assert finding.message == (
        "Seq Scan on orders is estimated to read 2,000,000 rows and throw away 99.9 %, filtered by status"
    )
    assert finding.evidence["estimated"]
    assert rules_of(SCAN, catalog(-1)) == ["QRY002"]


def test_messages_hold_no_literal() -> None:
    findings = diagnose(parse_plan(SCAN), default_rules(), catalog=catalog(2_000_000))
    assert "secret" not in msgspec.json.encode(findings).decode()


def test_a_scan_that_keeps_most_rows_is_left_alone() -> None:
    text = (
        "Seq Scan on orders  (cost=0.00..2750.00 rows=50000 width=231) (actual rows=50000 loops=1)\n"
        "  Filter: (customer_id = 4)\n  Rows Removed by Filter: 100\n"
    )
    assert rules_of(text) == []


def test_loops_are_added_up() -> None:
    text = (
        "Seq Scan on orders  (cost=0.00..2.00 rows=1 width=231) (actual rows=1 loops=1000)\n"
        "  Filter: (customer_id = 4)\n  Rows Removed by Filter: 99\n"
    )
    (finding,) = diagnose(parse_plan(text), default_rules())
    assert finding.message == "Seq Scan on orders reads 100,000 rows and throws away 99 %, filtered by customer_id"


@pytest.mark.parametrize(("indexed", "expected"), [(("name",), []), (("id", "name"), ["QRY016"]), ((), ["QRY016"])])
def test_a_sort_is_silent_when_an_index_leads_with_its_key(indexed: tuple[str, ...], expected: list[str]) -> None:
    text = (
        "Sort  (cost=409.19..421.69 rows=5000 width=54)\n  Sort Key: name DESC\n"
        "  ->  Seq Scan on orders  (cost=0.00..102.00 rows=5000 width=54)\n"
    )
    assert rules_of(text, catalog(5000, *indexed)) == expected


def test_too_few_rows_under_a_limit_are_no_misestimate() -> None:
    scan = "Seq Scan on orders  (cost=0.00..2750.00 rows=9000 width=231) (actual rows={} loops=1)\n"
    limit = "Limit  (cost=0.00..1.00 rows=10 width=231) (actual rows=10 loops=1)\n  ->  "
    assert rules_of(limit + scan.format(10)) == []
    assert rules_of(scan.format(10)) == ["QRY026"]


def test_an_offset_without_analyze_is_estimated_from_the_costs() -> None:
    text = (
        "Limit  (cost=1000.00..1001.00 rows=10 width=4)\n"
        "  ->  Index Scan using orders_pkey on orders  (cost=0.00..6000.00 rows=60000 width=4)\n"
    )
    (finding,) = diagnose(parse_plan(text), default_rules())
    assert finding.message == "OFFSET is estimated to skip 10,000 rows to return 10"


def test_findings_carry_shape_database_and_node_in_reading_order() -> None:
    text = (
        "Sort  (cost=409.19..421.69 rows=5000 width=54)\n  Sort Key: name\n"
        "  ->  Seq Scan on orders  (cost=0.00..102.00 rows=5000 width=54)\n        Filter: (a = 1)\n"
    )
    findings = diagnose(parse_plan(text), default_rules(), shape="abc", database="shop", critical=["orders"])
    assert [(f.rule, f.evidence["node"], f.shapes, f.database) for f in findings] == [
        ("QRY016", 1, ("abc",), "shop"),
        ("QRY004", 2, ("abc",), "shop"),
    ]


def test_the_same_plan_as_text_and_json_gets_the_same_diagnosis() -> None:
    document = (
        '[{"Plan": {"Node Type": "Seq Scan", "Relation Name": "orders", "Alias": "orders", "Startup Cost": 0, '
        '"Total Cost": 2750.0, "Plan Rows": 12, "Plan Width": 231, "Filter": "((status)::text = \'secret value\'::text)"}}]'
    )
    rules = default_rules()
    assert diagnose(parse_plan(SCAN), rules) == diagnose(parse_plan(document), rules)
