"""What is read from a live database, and that reading it changes nothing and never fails for a missing right."""

import psycopg
import pytest

from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.connect import connect
from advisor.engines.postgres.servers import Server
from advisor.errors import ConnectionFailed, UsageError
from advisor.model.catalog import Catalog, Table
from advisor.model.index import IndexKey, IndexSpec
from tests.live.shop import load_shop


@pytest.fixture(scope="module", params=[18, 16])
def shop(request: pytest.FixtureRequest) -> tuple[str, Catalog]:
    server: Server = request.getfixturevalue(f"pg{request.param}")
    dsn = load_shop(server, "catalog_shop")
    with psycopg.connect(dsn, autocommit=True) as connection:  # the counters of the copy begin at zero
        connection.execute(
            "INSERT INTO sales.orders (customer_id, state, total, placed_at, tags, details)"
            " VALUES (1, 'new', 1, '2024-01-01', '{}', '{}')"
        )
        connection.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
    return dsn, load_catalog(dsn)


def table(catalog: Catalog, name: str) -> Table:
    return next(table for table in catalog.tables if table.name == name)


def test_tables_come_with_size_kind_and_counters(shop: tuple[str, Catalog]) -> None:
    orders = table(shop[1], "orders")
    assert orders.kind == "r"
    assert orders.rows == pytest.approx(50_000, rel=0.01)
    assert orders.pages > 900
    assert 0 < orders.all_visible <= orders.pages
    assert orders.writes
    assert orders.writes.inserted == 1
    assert table(shop[1], "revenue").kind == "m"


def test_index_definitions_are_taken_apart(shop: tuple[str, Catalog]) -> None:
    specs = {index.name: index.spec for t in shop[1].tables for index in t.indexes}
    assert specs["customers_alive_idx"] == IndexSpec(
        "sales", "customers", (IndexKey("country"),), include=("name",), predicate="deleted_at IS NULL"
    )
    assert specs["orders_placed_idx"].keys == (IndexKey("placed_at", descending=True, nulls_first=False),)
    assert specs["customers_lower_name_idx"].keys == (IndexKey(expression="lower(name)"),)
    assert specs["Mixed_Owner"].keys == (IndexKey("Owner", opclass="text_pattern_ops"),)
    assert specs["items_pkey"].unique


def test_expression_keys_have_their_own_statistics(shop: tuple[str, Catalog]) -> None:
    index = next(i for i in table(shop[1], "customers").indexes if i.name == "customers_initials_idx")
    assert [position for position, _ in index.statistics] == [1]


def test_constraints_name_both_sides(shop: tuple[str, Catalog]) -> None:
    foreign = next(c for c in table(shop[1], "items").constraints if c.kind == "f")
    assert (foreign.columns, foreign.references, foreign.referenced_columns) == (
        ("order_id",),
        ("sales", "orders"),
        ("id",),
    )


def test_partitions_know_their_parent_and_their_indexes_too(shop: tuple[str, Catalog]) -> None:
    part = table(shop[1], "events_2024")
    assert part.partition_of == ("sales", "events")
    assert part.partition_bound == "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"
    assert {index.parent for index in part.indexes} == {"events_pkey", "events_kind_idx"}
    assert table(shop[1], "events").partition_key == "RANGE (happened_on)"


def test_definitions_hold_types_and_only_the_functions_that_are_needed(shop: tuple[str, Catalog]) -> None:
    text = "\n".join(shop[1].definitions)
    assert "CREATE TYPE sales.state AS ENUM" in text
    assert "CREATE DOMAIN sales.email AS text" in text
    assert "FUNCTION sales.initials" in text
    with psycopg.connect(shop[0], autocommit=True) as connection:
        connection.execute("CREATE FUNCTION sales.unrelated() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    assert load_catalog(shop[0]).definitions == shop[1].definitions


def test_row_security_policies_are_rebuilt(shop: tuple[str, Catalog]) -> None:
    assert 'CREATE POLICY "own rows" ON public."Mixed Case"' in table(shop[1], "Mixed Case").policies[0]


def test_settings_that_differ_from_the_default_are_kept(shop: tuple[str, Catalog]) -> None:
    assert shop[1].settings["max_parallel_workers_per_gather"] == "0"
    assert "random_page_cost" not in shop[1].settings


def test_without_values_no_data_leaves_the_server(shop: tuple[str, Catalog]) -> None:
    reduced = load_catalog(shop[0], values=False)
    statistics = [s for t in reduced.tables for c in t.columns for s in c.statistics]
    assert reduced.statistics == "reduced"
    assert statistics
    assert all(s.most_common_vals is None and s.histogram_bounds is None for s in statistics)


def test_what_a_role_may_not_see_is_noted(shop: tuple[str, Catalog]) -> None:
    with psycopg.connect(shop[0], autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS blind")
        connection.execute("CREATE ROLE blind LOGIN")
    catalog = load_catalog(shop[0].replace("user=postgres", "user=blind"))
    assert len(catalog.tables) == len(shop[1].tables)
    assert table(catalog, "orders").columns[1].statistics == ()
    assert any("sales.orders" in note and "blind" in note for note in catalog.notes)


def test_a_locked_table_is_not_waited_for(shop: tuple[str, Catalog], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.engines.postgres.connect.LOCK_TIMEOUT", "200ms")
    with psycopg.connect(shop[0]) as other:
        other.execute("LOCK TABLE sales.orders IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ConnectionFailed, match="lock timeout") as caught:
            load_catalog(shop[0])
        other.rollback()
    assert "locked" in caught.value.hint


def test_the_connection_cannot_write(shop: tuple[str, Catalog]) -> None:
    with pytest.raises(ConnectionFailed, match="read-only"), connect(shop[0]) as connection:
        connection.execute("CREATE TABLE nonsense ()")


@pytest.mark.parametrize(
    ("change", "words", "hint"),
    [
        (("dbname=catalog_shop", "dbname=nowhere"), "nowhere", "database name"),
        (("user=postgres", "user=nobody_here"), "nobody_here", "user name"),
        (("host=", "host=/nowhere/"), "No such file", "running"),
    ],
)
def test_a_refused_connection_says_what_to_do(
    shop: tuple[str, Catalog], change: tuple[str, str], words: str, hint: str
) -> None:
    with pytest.raises(ConnectionFailed, match=words) as caught:
        load_catalog(shop[0].replace(*change) + " password=s3cret")
    assert hint in caught.value.hint
    assert "s3cret" not in caught.value.message


def test_nonsense_is_no_connection_string() -> None:
    with pytest.raises(UsageError) as caught:
        load_catalog("s3cret nonsense")
    assert "s3cret" not in caught.value.message
