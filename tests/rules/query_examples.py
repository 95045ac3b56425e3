"""Writes the bad and good plans of `rules/query/` anew, on a real server: `python -m tests.rules.query_examples [ID ...]`."""

import json
import sys
from typing import Any, NamedTuple

import psycopg

from advisor.engines.postgres import servers
from advisor.resources import data_dir
from tests.conftest import PLAIN

SCHEMA = """
CREATE TABLE customers (id int PRIMARY KEY, name text, tariff_id int, referrer_id int);
CREATE TABLE tariffs (id int PRIMARY KEY, price numeric);
CREATE TABLE regions (id int, code text, size int);
CREATE TABLE documents (id int, words tsvector);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, total numeric(10,2), created_at date, region text,
  warehouse text, note text);
INSERT INTO customers SELECT g, 'customer ' || md5(g::text), 1 + g % 2000, 1 + g % 499 FROM generate_series(1, 5000) g;
INSERT INTO tariffs SELECT g, g % 77 FROM generate_series(1, 2000) g;
INSERT INTO regions SELECT g, md5(g::text), g % 13 FROM generate_series(1, 800) g;
INSERT INTO documents SELECT g, to_tsvector('simple', CASE WHEN g % 10 < 3 THEN 'red blue green' ELSE 'red green blue' END)
  FROM generate_series(1, 5000) g;
INSERT INTO orders SELECT g, 1 + (g * 7919) % 5000, CASE WHEN g > 59400 THEN 'lost' ELSE 'paid' END, g % 1000,
  date '2024-01-01' + g / 100, 'r' || g % 20, 'w' || g % 20, repeat('n', 200) FROM generate_series(1, 60000) g;
CREATE INDEX documents_words_idx ON documents USING gin (words);
VACUUM ANALYZE customers, tariffs, regions, documents;
ANALYZE orders;
"""

ON_CUSTOMER = "CREATE INDEX orders_customer_id_idx ON orders (customer_id)"
ON_TOTAL = "CREATE INDEX orders_total_idx ON orders (total)"
ON_CREATED = "CREATE INDEX orders_created_at_idx ON orders (created_at)"
MEASURED = "ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF"
ESTIMATED = "COSTS"


class Example(NamedTuple):
    """A query, what is set up before it (undone afterwards), and how it is explained."""

    query: str
    setup: tuple[str, ...] = ()
    options: str = MEASURED


ONE = "SELECT * FROM orders WHERE customer_id = 42"
TWO = "SELECT * FROM orders WHERE customer_id = 42 AND status = 'lost'"
RANGE = "SELECT * FROM orders WHERE customer_id BETWEEN 40 AND 90 AND status = 'lost'"
EITHER = "SELECT * FROM orders WHERE customer_id = 42 OR total = 7.5"
BOTH = "SELECT id FROM orders WHERE customer_id < 150 AND total < 30"
LATEST = "SELECT * FROM orders WHERE status = 'lost' ORDER BY created_at LIMIT 5"
BY_NAME = "SELECT * FROM customers ORDER BY name"
FIRST_BY_NAME = f"{BY_NAME} LIMIT 10"
LONG_SORT = "SELECT * FROM orders WHERE id < 20000 ORDER BY lower(note), id"
REFERRERS = "SELECT a.name, b.name FROM customers a JOIN customers b ON b.referrer_id = a.id"
NAMES = "SELECT name, count(*) FROM customers GROUP BY name"
KEPT = "WITH c AS MATERIALIZED (SELECT * FROM customers) SELECT a.id FROM c a WHERE a.name LIKE '%ff%'"
STATUS = "SELECT * FROM orders ORDER BY status, total"
PLACES = "SELECT * FROM orders WHERE region = 'r7' AND warehouse = 'w7'"
SMALL = "SET LOCAL work_mem = '64kB'"
SINGLE = "SET LOCAL hash_mem_multiplier = 1"
LARGE = "SET LOCAL work_mem = '64MB'"
NO_BITMAP = "SET LOCAL enable_bitmapscan = off"
NO_INDEX = "SET LOCAL enable_indexscan = off"
NO_SEQ = "SET LOCAL enable_seqscan = off"
NO_SORT = "SET LOCAL enable_sort = off"
VERBOSE = "VERBOSE, COSTS"

EXAMPLES: dict[str, tuple[Example, Example]] = {
    "QRY001": (Example(ONE), Example(ONE, (ON_CUSTOMER,))),
    "QRY002": (Example(ONE, (), ESTIMATED), Example(ONE, (ON_CUSTOMER,), ESTIMATED)),
    "QRY003": (
        Example(TWO, (), ESTIMATED),
        Example(TWO, ("CREATE INDEX orders_customer_id_status_idx ON orders (customer_id, status)",), ESTIMATED),
    ),
    "QRY004": (Example("SELECT * FROM tariffs"), Example("SELECT * FROM tariffs WHERE id = 3")),
    "QRY005": (
        Example("SELECT c.name, t.price FROM customers c JOIN tariffs t ON t.id = c.tariff_id"),
        Example("SELECT c.name, t.price FROM customers c JOIN tariffs t ON t.id = c.tariff_id WHERE c.id = 7"),
    ),
    "QRY006": (
        Example("SELECT count(*) FROM orders"),
        Example("SELECT count(*) FROM orders WHERE customer_id = 42", (ON_CUSTOMER,)),
    ),
    "QRY007": (
        Example("SELECT * FROM orders WHERE customer_id < 600 AND id % 200 = 0", (ON_CUSTOMER,)),
        Example(
            "SELECT * FROM orders WHERE customer_id < 600 AND id % 200 = 0",
            ("CREATE INDEX orders_customer_id_200_idx ON orders (customer_id) WHERE id % 200 = 0",),
        ),
    ),
    "QRY008": (
        Example(RANGE, (ON_CUSTOMER,), ESTIMATED),
        Example(RANGE, ("CREATE INDEX orders_status_customer_id_idx ON orders (status, customer_id)",), ESTIMATED),
    ),
    "QRY009": (
        Example("SELECT id FROM documents WHERE words @@ 'red <-> blue'", (NO_SEQ,)),
        Example("SELECT id FROM documents WHERE words @@ 'red & blue'", (NO_SEQ,)),
    ),
    "QRY010": (
        Example("SELECT * FROM orders WHERE customer_id < 700", (ON_CUSTOMER, SMALL, NO_SEQ, NO_INDEX)),
        Example("SELECT * FROM orders WHERE customer_id < 700", (ON_CUSTOMER, NO_SEQ, NO_INDEX)),
    ),
    "QRY011": (
        Example(BOTH, (ON_CUSTOMER, ON_TOTAL)),
        Example(BOTH, ("CREATE INDEX orders_customer_id_total_idx ON orders (customer_id, total)",)),
    ),
    "QRY012": (Example(EITHER, (), ESTIMATED), Example(EITHER, (ON_CUSTOMER, ON_TOTAL), ESTIMATED)),
    "QRY013": (
        Example("SELECT customer_id FROM orders WHERE customer_id < 500", (ON_CUSTOMER, NO_BITMAP, NO_SEQ)),
        Example("SELECT id FROM customers WHERE id < 2500", (NO_SEQ,)),
    ),
    "QRY014": (
        Example(
            "SELECT customer_id, total FROM orders WHERE customer_id < 200", (ON_CUSTOMER, NO_BITMAP, NO_SEQ), VERBOSE
        ),
        Example(
            "SELECT customer_id, total FROM orders WHERE customer_id < 200",
            ("CREATE INDEX orders_customer_id_incl_idx ON orders (customer_id) INCLUDE (total)", NO_BITMAP),
            VERBOSE,
        ),
    ),
    "QRY015": (Example(LONG_SORT, (SMALL,)), Example(LONG_SORT, (LARGE,))),
    "QRY016": (
        Example(BY_NAME),
        Example(BY_NAME, ("CREATE INDEX customers_name_idx ON customers (name)", NO_SORT)),
    ),
    "QRY017": (
        Example("SELECT code, rank() OVER (ORDER BY size) FROM regions ORDER BY code"),
        Example("SELECT code, rank() OVER (ORDER BY code) FROM regions ORDER BY code"),
    ),
    "QRY018": (
        Example(FIRST_BY_NAME),
        Example(FIRST_BY_NAME, ("CREATE INDEX customers_name_idx ON customers (name)",)),
    ),
    "QRY019": (
        Example(LATEST, (ON_CREATED,)),
        Example(LATEST, (ON_CREATED, "CREATE INDEX orders_status_created_at_idx ON orders (status, created_at)")),
    ),
    "QRY020": (
        Example(STATUS, ("CREATE INDEX orders_status_idx ON orders (status)", LARGE, NO_SEQ)),
        Example(STATUS, ("CREATE INDEX orders_status_total_idx ON orders (status, total)", LARGE, NO_SEQ)),
    ),
    "QRY021": (
        Example("SELECT * FROM orders ORDER BY id LIMIT 10 OFFSET 20000"),
        Example("SELECT * FROM orders WHERE id > 20000 ORDER BY id LIMIT 10"),
    ),
    "QRY022": (
        Example(REFERRERS, (SMALL, SINGLE, "SET LOCAL enable_mergejoin = off", "SET LOCAL enable_nestloop = off")),
        Example(REFERRERS, (LARGE,)),
    ),
    "QRY023": (Example(NAMES, (SMALL, SINGLE, NO_SORT)), Example(NAMES, (LARGE,))),
    "QRY024": (Example(KEPT, (SMALL,)), Example(KEPT, (LARGE,))),
    "QRY025": (
        Example(LONG_SORT, (SMALL,), f"{MEASURED}, SETTINGS"),
        Example(LONG_SORT, (LARGE,), f"{MEASURED}, SETTINGS"),
    ),
    "QRY026": (
        Example("SELECT * FROM customers WHERE id % 2 = 0"),
        Example(
            "SELECT * FROM customers WHERE id % 2 = 0",
            ("CREATE STATISTICS customers_even ON (id % 2) FROM customers", "ANALYZE customers"),
        ),
    ),
    "QRY028": (
        Example(PLACES, ("CREATE INDEX orders_region_idx ON orders (region)", NO_SEQ)),
        Example(
            PLACES,
            (
                "CREATE INDEX orders_region_idx ON orders (region)",
                "CREATE STATISTICS orders_places (dependencies) ON region, warehouse FROM orders",
                "ANALYZE orders",
                NO_SEQ,
            ),
        ),
    ),
}
AS_JSON = ("QRY001", "QRY006", "QRY015", "QRY022")


def explain(connection: psycopg.Connection[Any], example: Example, *, as_json: bool) -> str:
    """EXPLAIN's output as it would be pasted into a file."""
    with connection.transaction(force_rollback=True):
        for statement in example.setup:
            connection.execute(statement)
        form = ", FORMAT JSON" if as_json else ""
        rows = connection.execute(f"EXPLAIN ({example.options}{form}) {example.query}").fetchall()
    return "\n".join(json.dumps(row[0], indent=2) if as_json else row[0] for row in rows) + "\n"


def main(wanted: list[str]) -> None:
    """Write the examples of the rules `wanted`, or of all."""
    installation = next(i for i in servers.embedded() if i.major == 18)
    folders = {path.parent.name.split("-")[0]: path.parent for path in data_dir("rules").glob("query/*/rule.toml")}
    # VACUUM marks nothing all-visible while the commit of the rows has not been flushed.
    settings = {**PLAIN, "synchronous_commit": "on"}
    with servers.start(installation, settings) as server, psycopg.connect(server.dsn(), autocommit=True) as connection:
        for statement in SCHEMA.split(";\n"):
            connection.execute(statement)
        for rule_id in wanted or EXAMPLES:
            as_json = rule_id in AS_JSON
            for name, example in zip(("bad", "good"), EXAMPLES[rule_id], strict=True):
                path = folders[rule_id] / f"{name}.{'json' if as_json else 'txt'}"
                path.write_text(explain(connection, example, as_json=as_json))


if __name__ == "__main__":
    main(sys.argv[1:])
