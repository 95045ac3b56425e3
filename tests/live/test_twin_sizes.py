"""Estimated index sizes against real builds. Stated error: B-trees within 5 %, other methods within a factor of three."""

from collections.abc import Iterator

import psycopg
import pytest

from advisor.engines.postgres import servers
from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.twin import Twin, open_twin
from advisor.model.catalog import Index
from tests.live.shop import load_shop

BTREES = [
    "CREATE INDEX ON sales.orders (customer_id)",
    "CREATE INDEX ON sales.orders (placed_at)",
    "CREATE INDEX ON sales.orders (state)",
    "CREATE INDEX ON sales.orders (customer_id, placed_at)",
    "CREATE INDEX ON sales.orders (total)",
    "CREATE INDEX ON sales.orders (customer_id) INCLUDE (total)",
    "CREATE INDEX ON sales.orders (note)",
    "CREATE INDEX ON sales.orders (total) WHERE state = 'paid'",
    "CREATE INDEX ON sales.items (product_id, quantity)",
    "CREATE UNIQUE INDEX ON sales.items (order_id, line, quantity)",
    "CREATE INDEX ON sales.customers (name)",
    "CREATE INDEX ON sales.customers (country)",
    "CREATE INDEX ON sales.customers (score)",
    "CREATE INDEX ON sales.customers (lower(name))",
    "CREATE INDEX ON sales.events (kind, happened_on)",
]
OTHERS = [
    "CREATE INDEX ON sales.orders USING gin (tags)",
    "CREATE INDEX ON sales.orders USING gin (details jsonb_path_ops)",
    "CREATE INDEX ON sales.orders USING hash (customer_id)",
    "CREATE INDEX ON sales.orders USING brin (placed_at)",
    'CREATE INDEX ON "Mixed Case" USING gist (span)',
]


@pytest.fixture(scope="module")
def built(pg18: servers.Server) -> Iterator[tuple[Twin, dict[str, list[Index]]]]:
    """A twin with every index added, and statement -> the real indexes (one a partition)."""
    dsn = load_shop(pg18, "twin_sizes")
    plain = load_catalog(dsn)
    known = {(table.name, index.name) for table in plain.tables for index in table.indexes}
    real = {}
    for statement in BTREES + OTHERS:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(statement.encode())
        now = load_catalog(dsn)
        real[statement] = [i for t in now.tables for i in t.indexes if (t.name, i.name) not in known]
        known |= {(table.name, index.name) for table in now.tables for index in table.indexes}
    with open_twin(plain) as twin:
        assert twin.add(made[0].spec for made in real.values()) == {}
        yield twin, real


def error(built: tuple[Twin, dict[str, list[Index]]], statement: str) -> float:
    """Estimated over real size."""
    twin, real = built
    return twin.size_bytes(real[statement][0].spec) / (8192 * sum(index.pages for index in real[statement]))


@pytest.mark.parametrize("statement", BTREES)
def test_a_btree_is_estimated_within_five_per_cent(built: tuple[Twin, dict[str, list[Index]]], statement: str) -> None:
    assert error(built, statement) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("statement", OTHERS)
def test_other_methods_are_estimated_within_a_factor_of_three(
    built: tuple[Twin, dict[str, list[Index]]], statement: str
) -> None:
    assert 1 / 3 < error(built, statement) < 3
