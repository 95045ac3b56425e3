"""EXPLAIN as text and as JSON, side by side on real servers: one tree, whatever the notation."""

from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest

from advisor.engines.postgres import servers
from advisor.engines.postgres.plan import parse_plan
from advisor.engines.postgres.plan.tree import outline
from advisor.model.plan import Plan

pytestmark = pytest.mark.server

SCHEMA = """
CREATE SCHEMA shop;
CREATE TABLE shop.customers (id int PRIMARY KEY, name text NOT NULL, "Is Active" boolean NOT NULL, city varchar(20));
CREATE TABLE shop.orders (id int PRIMARY KEY, customer_id int REFERENCES shop.customers ON DELETE CASCADE, status text,
  total numeric(10,2), created_at timestamptz, tags text[]);
CREATE TABLE shop."Odd ""Tab"" le" ("K" int, "a,b" text);
CREATE TABLE shop.events (day date, kind text) PARTITION BY RANGE (day);
CREATE TABLE shop.events_1 PARTITION OF shop.events FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE shop.events_2 PARTITION OF shop.events FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
INSERT INTO shop.customers SELECT g, 'c' || g, g % 3 = 0, 'city' || g % 50 FROM generate_series(1, 3000) g;
INSERT INTO shop.orders SELECT g, 1 + g % 3000, (ARRAY['open','paid','sent'])[1 + g % 3], g % 1000,
  timestamptz '2024-01-01' + g * interval '10 min', ARRAY['t' || g % 7] FROM generate_series(1, 12000) g;
INSERT INTO shop."Odd ""Tab"" le" SELECT g, 'x' || g FROM generate_series(1, 300) g;
INSERT INTO shop.events SELECT date '2024-01-01' + g % 366, 'k' || g % 5 FROM generate_series(1, 3000) g;
CREATE INDEX orders_customer ON shop.orders (customer_id);
CREATE INDEX orders_created ON shop.orders (created_at);
CREATE INDEX "Orders Status" ON shop.orders (status, total);
CREATE INDEX orders_tags ON shop.orders USING gin (tags);
CREATE TABLE shop.parents AS SELECT * FROM shop.customers;
ALTER TABLE shop.parents ADD PRIMARY KEY (id);
CREATE TABLE shop.children AS SELECT * FROM shop.orders;
ALTER TABLE shop.children ADD FOREIGN KEY (customer_id) REFERENCES shop.parents ON DELETE CASCADE;
CREATE TABLE shop.moves (day date, kind text) PARTITION BY RANGE (day);
CREATE TABLE shop.moves_1 PARTITION OF shop.moves FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
INSERT INTO shop.moves VALUES ('2024-03-03', 'k');
SET search_path = shop;
ANALYZE;
"""

QUERIES = {
    "seq scan with a filter": "SELECT * FROM orders WHERE total > 990 AND status <> 'x'",
    "literal over two lines": "SELECT id FROM orders WHERE status = E'a\\nb: c' OR total = 5",
    "literal that looks like a plan": "SELECT id FROM orders WHERE status || 'x' = E'open''\\n  ->  Sort  (cost=1..2)'",
    "index scan": "SELECT total FROM orders WHERE id = 7",
    "index scan backward": "SELECT * FROM orders ORDER BY id DESC LIMIT 5",
    "index only scan": "SELECT customer_id FROM orders WHERE customer_id < 40",
    "quoted names": 'SELECT o."a,b", o."K" FROM "Odd ""Tab"" le" "My O", "Odd ""Tab"" le" o ORDER BY o."a,b", 2, "My O"."K"',
    "bitmap and": "SELECT * FROM orders WHERE customer_id < 900 AND status = 'open' AND total < 40",
    "bitmap or": "SELECT * FROM orders WHERE customer_id = 5 OR created_at < '2024-01-02'",
    "gin": "SELECT count(*) FROM orders WHERE tags @> ARRAY['t3']",
    "hash join": "SELECT c.city, sum(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.city",
    "left join": "SELECT * FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.total > c.id WHERE c.id < 9",
    "anti join": "SELECT * FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
    "semi join": 'SELECT * FROM customers c WHERE "Is Active" AND id IN (SELECT customer_id FROM orders WHERE total > 5)',
    "full join": "SELECT * FROM customers c FULL JOIN orders o ON o.id = c.id",
    "right join": "SELECT * FROM orders o RIGHT JOIN customers c ON o.id = c.id AND o.status = 'open'",
    "initplan": "SELECT * FROM orders WHERE total = (SELECT max(total) FROM orders) AND id < 500",
    "subplan": "SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c WHERE c.id < 20",
    "not in": "SELECT * FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE customer_id IS NOT NULL)",
    "cte": "WITH big AS MATERIALIZED (SELECT * FROM orders WHERE total > 900) SELECT * FROM big a JOIN big b USING (id)",
    "recursive": "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 9) SELECT * FROM t",
    "never executed": "SELECT * FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.name = 'nobody'",
    "one-time filter": "SELECT * FROM orders WHERE now() < '2000-01-01'",
    "sort on disk": "SELECT * FROM orders ORDER BY status, total DESC NULLS LAST, lower(status || ',x')",
    "incremental sort": "SELECT * FROM orders ORDER BY customer_id, total",
    "top-n": "SELECT * FROM orders ORDER BY total LIMIT 10 OFFSET 20",
    "window": "SELECT id, row_number() OVER w, sum(total) OVER w FROM orders WINDOW w AS (PARTITION BY status ORDER BY id)",
    "grouping sets": "SELECT status, customer_id % 3, count(*) FROM orders GROUP BY ROLLUP (status, customer_id % 3)",
    "hashed grouping sets": "SELECT status, total, count(*) FROM orders GROUP BY GROUPING SETS (status, total, ())",
    "hash aggregate on disk": "SELECT id, total, count(*) FROM orders GROUP BY id, total",
    "distinct": "SELECT DISTINCT status FROM orders",
    "set operation": "SELECT id FROM orders EXCEPT SELECT id FROM customers",
    "intersect all": "SELECT id FROM orders INTERSECT ALL SELECT id FROM customers ORDER BY 1",
    "union": "SELECT id FROM orders WHERE id < 5 UNION SELECT id FROM customers",
    "partitions": "SELECT * FROM events WHERE day >= '2024-08-01' AND kind = 'k1'",
    "values": "SELECT * FROM (VALUES (1, 'a,b'), (2, 'c')) v(x, y) JOIN customers ON id = x",
    "function": "SELECT g, g * 2 FROM generate_series(1, 10) g WHERE g > 3",
    "two functions": "SELECT * FROM ROWS FROM (generate_series(1, 3), generate_series(1, 4)) AS f(a, b)",
    "lateral and memoize": "SELECT * FROM orders o, LATERAL (SELECT name FROM customers c WHERE c.id = o.customer_id % 9 OFFSET 0) x",
    "sample": "SELECT count(*) FROM orders TABLESAMPLE system (10) REPEATABLE (3)",
    "tid": "SELECT * FROM orders WHERE ctid = '(0,1)'",
    "tid range": "SELECT * FROM orders WHERE ctid < '(3,1)'",
    "lock": "SELECT * FROM orders WHERE id < 10 FOR UPDATE SKIP LOCKED",
    "xml table": "SELECT * FROM json_each_text('{\"a\": 1}')",
    "result": "SELECT 1, 'x'",
    "set in the target list": "SELECT unnest(tags) FROM orders WHERE id < 10",
}

WRITES = {
    "insert": "INSERT INTO parents VALUES (99999, 'n', true, 'x') ON CONFLICT (id) DO UPDATE SET name = 'm' WHERE false",
    "update": "UPDATE children SET total = total + 1 WHERE customer_id = 17",
    "update of partitions": "UPDATE moves SET kind = 'z' WHERE day = '2024-03-03'",
    "delete with a trigger": "DELETE FROM parents WHERE id = 12",
    "merge": "MERGE INTO parents c USING (SELECT * FROM orders WHERE id < 9) o ON c.id = o.customer_id "
    "WHEN MATCHED THEN UPDATE SET name = 'm' WHEN NOT MATCHED THEN INSERT VALUES (o.id, 'n', true, 'x')",
    "writable cte": "WITH d AS (DELETE FROM children WHERE id < 4 RETURNING *) SELECT count(*) FROM d",
}
"""Rolled back, yet each leaves dead rows behind, so that two executions do not count the same."""

SETTINGS = {
    "plain": {},
    "small memory": {"work_mem": "'64kB'", "hash_mem_multiplier": "1"},
    "parallel": {
        "max_parallel_workers_per_gather": "2",
        "parallel_setup_cost": "0",
        "parallel_tuple_cost": "0",
        "min_parallel_table_scan_size": "0",
        "min_parallel_index_scan_size": "0",
    },
    "no hashing": {"enable_hashjoin": "off", "enable_hashagg": "off", "enable_seqscan": "off"},
}


OPTIONS = ("VERBOSE", "COSTS OFF", "ANALYZE, TIMING OFF", "ANALYZE, BUFFERS, VERBOSE, WAL, SETTINGS")


@pytest.fixture(scope="module", params=["pg18", "pg16"])
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    server: servers.Server = request.getfixturevalue(request.param)
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE plan_formats TEMPLATE template0")
    with psycopg.connect(server.dsn("plan_formats"), autocommit=True) as connection:
        connection.execute(SCHEMA)
        yield connection
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("DROP DATABASE plan_formats WITH (FORCE)")


def explain(connection: psycopg.Connection[Any], query: str, options: str) -> str:
    with connection.transaction(force_rollback=True):
        rows = connection.execute(f"EXPLAIN ({options}) {query}").fetchall()
    return "\n".join(row[0] if isinstance(row[0], str) else msgspec.json.encode(row[0]).decode() for row in rows)


def settle(plan: Plan) -> tuple[Any, ...]:
    """What two executions of one statement have in common: everything but times and what the cache held."""
    volatile = ("Time", "Shared", "WAL", "Memory", "JIT.Timing", "Query Identifier")
    nodes = [
        msgspec.structs.replace(
            node,
            children=(),
            actual_startup_ms=None if node.actual_startup_ms is None else 0.0,
            actual_total_ms=None if node.actual_total_ms is None else 0.0,
            details={name: value for name, value in node.details.items() if not any(v in name for v in volatile)},
        )
        for node in plan.root.walk()
    ]
    return outline(plan), nodes, plan.settings, [(name, calls) for name, _, calls in plan.triggers]


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("options", OPTIONS)
def test_text_and_json_of_one_plan_give_the_same_tree(
    connection: psycopg.Connection[Any], settings: dict[str, str], options: str
) -> None:
    for name, value in settings.items():
        connection.execute(f"SET {name} = {value}")
    try:
        assert not [title for title, query in QUERIES.items() if _differs(connection, query, options)]
        assert not [title for title, query in WRITES.items() if _differs(connection, query, options, names_only=True)]
    finally:
        connection.execute("RESET ALL; SET search_path = shop")


def _differs(connection: psycopg.Connection[Any], query: str, options: str, *, names_only: bool = False) -> bool:
    text = parse_plan(explain(connection, query, options))
    document = parse_plan(explain(connection, query, f"{options}, FORMAT JSON"))
    if "ANALYZE" in options and _shared_work(document):
        return outline(text) != outline(document)
    if "ANALYZE" in options and names_only:
        return _names(text) != _names(document)
    return settle(text) != settle(document)


def _names(plan: Plan) -> list[tuple[str, str, list[str]]]:
    return [(n.type, n.filter, sorted(name for name in n.details if "Shared" not in name)) for n in plan.root.walk()]


def _shared_work(plan: Plan) -> bool:
    """Workers divide rows between them anew in each execution."""
    return any("Workers Planned" in node.details for node in plan.root.walk())


def test_a_generic_plan_of_a_statement_with_parameters(pg18: servers.Server) -> None:
    with psycopg.connect(pg18.dsn(), autocommit=True) as connection:
        query = "SELECT * FROM pg_class WHERE relname = $1 AND relpages > $2"
        cursor = psycopg.ClientCursor(connection)
        text, document = (
            "\n".join(
                row[0] if isinstance(row[0], str) else msgspec.json.encode(row[0]).decode()
                for row in cursor.execute(f"EXPLAIN (GENERIC_PLAN{form}) {query}")
            )
            for form in ("", ", FORMAT JSON")
        )
    assert parse_plan(text) == parse_plan(document)
    assert "$1" in parse_plan(text).root.index_cond + parse_plan(text).root.filter
