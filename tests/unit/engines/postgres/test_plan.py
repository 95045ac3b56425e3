"""Plans as people and logs hand them over: framed, quoted, several, cut, hundreds of levels deep."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.detect.plans import diagnose
from advisor.engines.postgres.plan import parse_plan, parse_plans, pieces
from advisor.engines.postgres.plan.json import read_value
from advisor.engines.postgres.plan.tree import annotated, describe, outline
from advisor.errors import InputError
from advisor.rules import default_rules

PSQL_JSON = """\
shop=# EXPLAIN (FORMAT JSON) SELECT * FROM orders
shop-# WHERE id = 7;
                QUERY PLAN                 
-------------------------------------------
 [                                        +
   {                                      +
     "Plan": {                            +
       "Node Type": "Index Scan",         +
       "Parallel Aware": false,           +
       "Scan Direction": "Forward",       +
       "Index Name": "orders_pkey",       +
       "Relation Name": "orders",         +
       "Alias": "orders",                 +
       "Total Cost": 8.30,                +
       "Plan Rows": 1,                    +
       "Index Cond": "(id = 7)"           +
     }                                    +
   }                                      +
 ]
(1 row)

"""  # noqa: W291

PSQL_TEXT = """\
                                   QUERY PLAN                                    
---------------------------------------------------------------------------------
 Index Scan using orders_pkey on orders  (cost=0.29..8.30 rows=1 width=231)
   Index Cond: (id = 7)
   Filter: (note = 'a                                                           +
 -> b'::text)
(3 rows)
"""  # noqa: W291

AUTO_EXPLAIN = """\
2026-11-22 04:45:25.089 UTC [22719] app@shop LOG:  duration: 12.345 ms  plan:
\tQuery Text: SELECT o.id
\t  FROM orders o
\tWHERE status = 'a: b'
\tHash Join  (cost=1.00..9.00 rows=3 width=4) (actual time=0.100..0.300 rows=2 loops=1)
\t  Hash Cond: (o.id = c.id)
\t  Buffers: shared hit=3 read=1, temp read=2 written=4
\t  I/O Timings: shared/local read=0.500, temp write=0.250
\t  WAL: records=2 fpi=1 bytes=300
\t  ->  Seq Scan on orders o  (cost=0.00..5.00 rows=3 width=4) (actual time=0.010..0.020 rows=2 loops=1)
\t  ->  Hash  (cost=0.50..0.50 rows=2 width=4) (never executed)
\t        ->  Seq Scan on customers c  (cost=0.00..0.50 rows=2 width=4) (never executed)
\tSettings: work_mem = '1MB', search_path = 'a, ''b'''
\tQuery Identifier: -123
\tJIT:
\t  Functions: 5
\t  Options: Inlining false, Optimization false, Expressions true, Deforming true
\t  Timing: Generation 0.300 ms (Deform 0.100 ms), Inlining 0.000 ms, Optimization 0.100 ms, Emission 1.200 ms, Total 1.600 ms
\tTrigger for constraint orders_customer_id_fkey on orders: time=1.500 calls=3
"""


def test_psql_frames_and_continuation_marks_are_taken_off() -> None:
    plan = parse_plan(PSQL_JSON)
    assert outline(plan) == "Index Scan(orders, orders_pkey)"
    assert plan.root.index_cond == "(id = 7)"
    assert plan.query == "SELECT * FROM orders\nWHERE id = 7"
    assert parse_plan(PSQL_TEXT).root.filter == "(note = 'a\n-> b'::text)"


@pytest.mark.parametrize(
    "text",
    [
        PSQL_TEXT.replace("-" * 81, "-" * 81),
        "\n".join(f"|{line[:81]:<81}|" for line in PSQL_TEXT.splitlines()[:4] if "'a" not in line),
        "QUERY PLAN\nIndex Scan using orders_pkey on orders  (cost=0.29..8.30 rows=1 width=231)\n  Index Cond: (id = 7)\n",
        'QUERY PLAN\n"Index Scan using orders_pkey on orders  (cost=0.29..8.30 rows=1 width=231)"\n"  Index Cond: (id = 7)"\n',
        '"Index Scan using orders_pkey on orders  (cost=0.29..8.30 rows=1 width=231)"\n"  Index Cond: (id = 7)"\n',
        " Index Scan using orders_pkey on orders  (cost=0.29..8.30 rows=1 width=231)\r\n   Index Cond: (id = 7)\r\n",
        "\tIndex Scan using orders_pkey on orders  (cost=0.29..8.30 rows=1 width=231)\n\t  Index Cond: (id = 7)",
    ],
    ids=["aligned", "border 2", "unaligned", "csv", "pgAdmin", "blank before it", "tab before it"],
)
def test_every_way_of_copying_a_text_plan_is_read(text: str) -> None:
    plan = parse_plan(text)
    assert outline(plan) == "Index Scan(orders, orders_pkey)"
    assert plan.root.index_cond == "(id = 7)"


def test_an_auto_explain_entry_gives_query_plan_settings_jit_and_triggers() -> None:
    plan = parse_plan(AUTO_EXPLAIN)
    assert plan.query == "SELECT o.id\n  FROM orders o\nWHERE status = 'a: b'"
    assert outline(plan) == "Hash Join[Seq Scan(orders o), Hash[Seq Scan(customers c)]]"
    assert [node.loops for node in plan.root.walk()] == [1, 1, 0, 0]
    assert plan.settings == {"work_mem": "1MB", "search_path": "a, 'b'"}
    assert plan.triggers == (("orders_customer_id_fkey", 1.5, 3),)
    assert plan.details["JIT.Timing.Total"] == 1.6
    assert plan.details["JIT.Timing.Generation.Deform"] == 0.1
    assert plan.details["Query Identifier"] == -123
    assert plan.root.details == {
        "Shared Hit Blocks": 3,
        "Shared Read Blocks": 1,
        "Temp Read Blocks": 2,
        "Temp Written Blocks": 4,
        "I/O Read Time": 0.5,
        "Temp I/O Write Time": 0.25,
        "WAL Records": 2,
        "WAL FPI": 1,
        "WAL Bytes": 300,
    }


def test_auto_explain_json_is_one_object_with_its_query() -> None:
    plan = parse_plan('{"Query Text": "select 1", "Plan": {"Node Type": "Result", "Plan Rows": 1}}')
    assert (plan.query, plan.root.type, plan.root.plan_rows) == ("select 1", "Result", 1.0)


def test_several_plans_in_one_text_are_told_apart() -> None:
    bare = "Seq Scan on a  (cost=0.00..1.00 rows=1 width=4)\n  Filter: (x = 1)\nPlanning Time: 0.1 ms\n\n"
    assert [outline(plan) for plan in parse_plans(bare + bare.replace(" a ", " b "))] == ["Seq Scan(a)", "Seq Scan(b)"]
    assert [outline(plan) for plan in parse_plans(PSQL_JSON + PSQL_TEXT)] == ["Index Scan(orders, orders_pkey)"] * 2
    assert len(parse_plans(AUTO_EXPLAIN + AUTO_EXPLAIN)) == 2
    assert [piece.line for piece in pieces(PSQL_JSON + PSQL_TEXT)] == [5, 24]


def test_workers_and_their_blocks_do_not_count_for_the_node() -> None:
    plan = parse_plan(
        "Gather  (cost=1.00..9.00 rows=3 width=4) (actual time=0.1..0.3 rows=3 loops=1)\n"
        "  Workers Planned: 2\n"
        "  Workers Launched: 1\n"
        "  ->  Parallel Sort  (cost=1.00..2.00 rows=1 width=4) (actual time=0.1..0.3 rows=2 loops=2)\n"
        "        Sort Key: a, (b || ', '::text) DESC\n"
        "        Sort Method: quicksort  Memory: 25kB\n"
        "        Worker 0:  actual time=0.1..0.2 rows=1 loops=1\n"
        "          Sort Method: external merge  Disk: 99kB\n"
        "          Buffers: shared hit=77\n"
        "        ->  Parallel Seq Scan on t  (cost=0.00..1.00 rows=1 width=4) (actual time=0.1..0.2 rows=2 loops=2)\n"
    )
    sort = plan.root.children[0]
    assert sort.sort_keys == ("a", "(b || ', '::text) DESC")
    assert sort.details == {
        "Parallel Aware": True,
        "Sort Method": "quicksort",
        "Sort Space Type": "Memory",
        "Sort Space Used": 25,
    }
    assert plan.root.details["Workers Launched"] == 1


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[{"Plan": {"Node Type": "Limit", "Plans": [{"Node Ty', "line 1, column 45"),
        ('[\n {"Plan": {"Node Type": "Limit",\n "Plan Rows": 1', "line 3, column 16"),
        ('[{"Plan": {"Node Type": "Limit" "Alias": 1}}]', "line 1, column 33"),
        ('[{"Plan": {"Plan Rows": 1}}]', "node 1"),
        ('[{"Plain": 1}]', "line 1"),
        ("Sort  (cost=1.00..2.00 rows=1 width=4)\n  Sort Key: a\n", "line 1: Sort has 0 of 1 inputs"),
        (
            "Sort  (cost=1.00..2.00 rows=1 width=4)\n  Sort Key: a\n  ->  Seq Scan on t  (cost=0.00",
            "line 3: this node is cut",
        ),
        (
            "Hash Join  (cost=1.00..2.00 rows=1 width=4)\n  ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)",
            "1 of 2",
        ),
        ("Result  (cost=0.00..1.00 rows=1 width=4)\nPlanning Time: 0.", "line 2"),
        ("Result  (cost=0.00..1.00 rows=1 width=4)\nhello", "line 2"),
        (
            "Result  (cost=0.00..1.00 rows=1 width=4)\n     ->  Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)",
            "line 2",
        ),
        ("- Plan:\n    Node Type: Result", "YAML"),
        ("", "no EXPLAIN output"),
        ("hello", "no EXPLAIN output"),
    ],
)
def test_a_broken_plan_is_an_error_that_says_where(text: str, where: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_plan(text)
    assert where in raised.value.message
    assert raised.value.hint


def test_a_json_plan_cut_anywhere_is_an_error() -> None:
    whole = json.dumps([{"Plan": {"Node Type": "Limit", "Plans": [{"Node Type": "Seq Scan", "Filter": 'a\n"b"'}]}}])
    for length in range(1, len(whole)):
        with pytest.raises(InputError):
            parse_plan(whole[:length])


@pytest.mark.parametrize("levels", [500, 1000])
def test_hundreds_of_levels_are_read_drawn_and_outlined(levels: int) -> None:
    node: dict[str, Any] = {"Node Type": "Result"}
    text = ["Limit  (cost=0.00..1.00 rows=1 width=4)"]
    document = '{"Plan": ' + '{"Node Type": "Limit", "Plans": [' * levels + json.dumps(node) + "]}" * levels + "}"
    for level in range(1, levels):
        text.append(" " * (6 * level - 4) + "->  Limit  (cost=0.00..1.00 rows=1 width=4)")
    text.append(" " * (6 * levels - 4) + "->  Result  (cost=0.00..1.00 rows=1 width=4)")
    plans = parse_plan(document), parse_plan("\n".join(text))
    assert outline(plans[0]) == outline(plans[1]) == "Limit[" * levels + "Result" + "]" * levels
    assert annotated(plans[0]).plain.count("\n") == levels + 1
    assert diagnose(plans[0], default_rules()) == []


def test_a_plan_is_described_by_how_it_reads_its_relations() -> None:
    assert describe(parse_plan(PSQL_JSON)) == "Index Scan using orders_pkey on orders"
    assert describe(parse_plan(AUTO_EXPLAIN)) == "Seq Scan on orders, Seq Scan on customers"
    assert describe(parse_plan('{"Plan": {"Node Type": "Result"}}')) == "Result"


def test_the_tree_masks_literals_unless_asked() -> None:
    plan = parse_plan(PSQL_TEXT)
    assert "note = ?::text" in annotated(plan).plain
    assert "'a" in annotated(plan, show_literals=True).plain


@given(st.text(alphabet=st.sampled_from('Sort  (cost=1.0 rows=)->\n\t"{}[],:PlanQUERYSeqn+|-'), max_size=200))
def test_any_text_gives_plans_or_an_input_error(text: str) -> None:
    with suppress(InputError):
        assert parse_plans(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
)


@given(JSON, st.sampled_from([None, 2]))
def test_the_json_reader_agrees_with_the_standard_library(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    assert read_value(text, 0) == (json.loads(text), len(text))


NAMES = st.sampled_from(
    [
        "Node Type",
        "Plans",
        "Filter",
        "Plan Rows",
        "Actual Rows",
        "Actual Loops",
        "Sort Key",
        "Output",
        "Workers",
        "Alias",
    ]
)
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 1e300, "", "x, (", [], ["a", 1], [[]], {}, {"Node Type": "Limit"}, [{"Node Type": "Hash"}]]
)
TOP_NAMES = st.sampled_from(["Query Text", "Settings", "Triggers", "JIT", "Planning Time", "Planning"])


@given(st.dictionaries(TOP_NAMES, ODD, max_size=3), st.dictionaries(NAMES, ODD, max_size=4))
def test_json_of_the_wrong_types_gives_a_plan_or_an_input_error(top: dict[str, Any], node: dict[str, Any]) -> None:
    with suppress(InputError):
        plan = parse_plan(json.dumps({**top, "Plan": {"Node Type": "Sort", **node}}))
        assert outline(plan)
        assert annotated(plan).plain
        diagnose(plan, default_rules())
