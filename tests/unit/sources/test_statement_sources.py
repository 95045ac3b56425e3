"""EXPLAIN files, exports of pg_stat_statements, and plain SQL files."""

import json

import pytest

from advisor.errors import InputError
from advisor.sources import explain_file, pg_stat_statements, sql_file
from tests.unit.sources.test_drizzle import read

PLAN = "Seq Scan on orders  (cost=0.00..5.00 rows=3 width=4) (actual time=0.010..0.020 rows=2 loops=1)\n"
ROWS = [
    {
        "query": "SELECT * FROM t WHERE a = $1",
        "calls": "12",
        "total_exec_time": "24.5",
        "rows": "12",
        "datname": "shop",
    },
    {"query": "<insufficient privilege>", "calls": "1", "total_exec_time": "2", "rows": "0", "datname": "shop"},
    {"query": "VACUUM t", "calls": "1", "total_exec_time": "900", "rows": "0", "datname": "shop"},
    {"query": "", "calls": "1", "total_exec_time": "1", "rows": "0", "datname": "shop"},
    {"query": "select\n  'a, b'", "calls": "2", "total_exec_time": "4", "rows": "2", "datname": "shop"},
]
ALIGNED = """\
            query             | calls | total_exec_time | rows | datname
------------------------------+-------+-----------------+------+---------
 SELECT * FROM t WHERE a = $1 |    12 |            24.5 |   12 | shop
 <insufficient privilege>     |     1 |               2 |    0 | shop
 VACUUM t                     |     1 |             900 |    0 | shop
                              |     1 |               1 |    0 | shop
 select                      +|     2 |               4 |    2 | shop
   'a, b'                     |       |                 |      |
(5 rows)

"""


def as_csv(order: list[str], delimiter: str = ",") -> str:
    def cell(value: str) -> str:
        return '"' + value.replace('"', '""') + '"' if set(value) & set(',"\n;\t') else value

    return "\n".join(delimiter.join(cell(row.get(name, name)) for name in order) for row in [{}, *ROWS]) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        as_csv(["query", "calls", "total_exec_time", "rows", "datname"]),
        as_csv(["datname", "rows", "total_exec_time", "query", "calls"], ";"),
        as_csv(["calls", "datname", "rows", "query", "total_exec_time"], "\t"),
        json.dumps(ROWS),
        "\n".join(json.dumps(row) for row in ROWS),
        ALIGNED,
    ],
    ids=["csv", "semicolons", "tabs", "json", "json lines", "psql"],
)
def test_exports_of_pg_stat_statements_give_the_same_events(text: str) -> None:
    assert pg_stat_statements.recognises(text.encode())
    events, tally = read(text, pg_stat_statements.FORMAT)
    assert [(e.calls, e.duration_ms, e.rows, e.database) for e in events] == [
        (12, 24.5, 12, "shop"),
        (2, 4.0, 2, "shop"),
    ]
    assert [" ".join(e.text.split()) for e in events] == ["SELECT * FROM t WHERE a = $1", "select 'a, b'"]
    assert [(skip.reason.split(":")[0], skip.count) for skip in tally.skips()] == [
        ("row without a text, a number of calls or a time", 1),
        ("text hidden", 1),
        ("utility statement", 1),
    ]
    assert tally.unreadable == 1


def test_the_columns_of_older_versions_and_a_mean_alone_are_enough() -> None:
    (event,), _ = read("calls,total_time,query\n3,9,select 1\n", pg_stat_statements.FORMAT)
    assert event.duration_ms == 9
    (event,), _ = read("calls,mean_exec_time,query\n3,2.5,select 1\n", pg_stat_statements.FORMAT)
    assert event.duration_ms == 7.5


def test_records_that_cannot_be_read_are_counted() -> None:
    events, tally = read(
        "query,calls,total_exec_time\nselect 1,1,1\nselect 2\nselect 3,x,1\n", pg_stat_statements.FORMAT
    )
    assert (len(events), tally.unreadable) == (1, 2)
    events, tally = read(
        '[{"query": "select 1", "calls": 1, "total_exec_time": 1}, {"query": "sel', pg_stat_statements.FORMAT
    )
    assert (len(events), tally.unreadable) == (1, 1)


@pytest.mark.parametrize("text", ["query,calls\n", "a,b\n1,2\n", '{"Plan": {"Node Type": "Result"}}', "select 1;", ""])
def test_other_tables_are_no_export_of_pg_stat_statements(text: str) -> None:
    assert not pg_stat_statements.recognises(text.encode())


def test_each_plan_of_a_file_is_an_event_with_its_statement() -> None:
    text = f"=# EXPLAIN ANALYZE SELECT * FROM orders;\n QUERY PLAN\n-----------\n {PLAN} Execution Time: 3.5 ms\n(2 rows)\n\n"
    assert explain_file.recognises(text.encode())
    events, tally = read(text * 2, explain_file.FORMAT)
    assert [(e.text, e.duration_ms, e.rows, e.line) for e in events] == [
        ("SELECT * FROM orders", 3.5, 2, 4),
        ("SELECT * FROM orders", 3.5, 2, 11),
    ]
    assert tally.unreadable == 0
    assert events[0].plan
    assert events[0].plan.startswith("Seq Scan on orders")


def test_one_broken_plan_among_others_is_counted_and_alone_it_is_an_error() -> None:
    cut = "Sort  (cost=1.00..2.00 rows=1 width=4)\n  Sort Key: a\n\n"
    events, tally = read(PLAN + "\n" + cut + PLAN, explain_file.FORMAT)
    assert (len(events), tally.unreadable) == (2, 1)
    with pytest.raises(InputError):
        read(cut, explain_file.FORMAT)


def test_a_server_log_with_plans_in_it_is_no_explain_file() -> None:
    assert not explain_file.recognises(
        b"2026-11-22 UTC [1] LOG:  duration: 1.0 ms  plan:\n\tQuery Text: x\n\t" + PLAN.encode()
    )


def test_statements_of_a_file_count_as_often_as_their_weight_says() -> None:
    text = (
        "-- the dashboard\n-- name: orders of a customer\n-- weight: 1_200\nSELECT *\nFROM orders -- weight: 7\nWHERE a = 1;\n"
        "SELECT 2; /* nothing; */ SELECT ';' || $$;$$ || $x$ $$; $x$;\n"
        "\\timing on\nCOPY t FROM stdin;\n1\t-- weight: 9\n\\.\n-- weight: many\nSELECT 3"
    )
    assert sql_file.recognises(text.encode())
    events, tally = read(text, sql_file.FORMAT)
    assert [(e.text, e.calls, e.tags, e.line) for e in events] == [
        ("SELECT *\nFROM orders -- weight: 7\nWHERE a = 1", 1200, {"name": "orders of a customer"}, 4),
        ("SELECT 2", 1, {}, 7),
        ("SELECT ';' || $$;$$ || $x$ $$; $x$", 1, {}, 7),
        ("SELECT 3", 1, {}, 13),
    ]
    assert [(skip.reason, skip.count) for skip in tally.skips()] == [
        ("COPY data", 1),
        ("psql command", 1),
        ("weight is no whole number; counted once", 1),
    ]


def test_a_quote_that_does_not_end_costs_only_itself() -> None:
    events, tally = read("SELECT 1; SELECT 'x", sql_file.FORMAT)
    assert ([event.text for event in events], tally.unreadable) == (["SELECT 1"], 1)


@pytest.mark.parametrize("text", ["hello world", "2026-11-22 UTC LOG:  x", "\x00\x01", "", "{}"])
def test_other_text_is_no_sql_file(text: str) -> None:
    assert not sql_file.recognises(text.encode())
