"""Where a twin may live: the wheel's servers, and a server that the user names for the purpose."""

from pathlib import Path

import psycopg
import pytest

from advisor.engines.postgres import servers
from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.twin import open_twin
from advisor.engines.postgres.twin.site import choose
from advisor.errors import ConnectionFailed, ServerMissing
from advisor.model.catalog import Catalog, Column, ColumnStatistics, Index, Table
from advisor.model.index import IndexKey, IndexSpec
from tests.live.shop import load_shop, shape

BY_KEY = "SELECT * FROM sales.orders WHERE id = 5"


def test_a_named_server_answers_the_same_and_is_left_as_it_was(pg18: servers.Server) -> None:
    catalog = load_catalog(load_shop(pg18, "twin_places"))
    before = _contents(pg18)
    with open_twin(catalog) as ours, open_twin(catalog, dsn=pg18.dsn()) as given:
        assert given.server.endswith("(given)")
        assert given.explain(shape(BY_KEY)) == ours.explain(shape(BY_KEY))
    assert _contents(pg18) == before


def _contents(server: servers.Server) -> list[tuple[object, ...]]:
    with psycopg.connect(server.dsn()) as connection:
        names = "SELECT datname::text FROM pg_database UNION ALL SELECT rolname::text FROM pg_roles ORDER BY 1"
        return connection.execute(names).fetchall()


def test_a_named_server_needs_a_superuser(pg18: servers.Server) -> None:
    with psycopg.connect(pg18.dsn(), autocommit=True) as admin:
        admin.execute("CREATE ROLE weak LOGIN")
    with (
        pytest.raises(ConnectionFailed, match="superuser") as caught,
        open_twin(Catalog(), dsn=pg18.dsn().replace("user=postgres", "user=weak")),
    ):
        pass
    assert caught.value.hint


def test_a_named_server_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(ConnectionFailed), open_twin(Catalog(), dsn="host=/nowhere dbname=postgres"):
        pass


def test_the_matching_major_version_is_chosen_first() -> None:
    assert choose(Catalog(server_version=160004)).major == 16
    assert choose(Catalog(server_version=180001)).major == 18
    assert choose(Catalog()).major == 18


def test_an_installation_on_the_path_carries_the_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = next(installation for installation in servers.embedded() if installation.major == 16)
    monkeypatch.setenv("PATH", str(wheel.bin))
    monkeypatch.setattr(servers, "embedded", list)
    local = next(installation for installation in servers.local() if installation.bin == wheel.bin)
    assert local.origin == "local"
    with open_twin(Catalog(server_version=160000), installation=local) as twin:
        assert twin.server.endswith("(local)")
        assert twin.explain(shape("SELECT 1")).root.type == "Result"


def test_without_any_server_the_next_step_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "embedded", list)
    monkeypatch.setattr(servers, "local", list)
    with pytest.raises(ServerMissing) as caught:
        choose(Catalog())
    assert "pip install" in caught.value.hint


def test_what_does_not_match_production_is_said() -> None:
    text = Table(schema="public", name="people", columns=(Column(name="mail", type="public.citext"),), pages=9, rows=99)
    trigram = IndexSpec("public", "people", (IndexKey("mail", opclass="gin_trgm_ops"),), method="gin")
    definition = "CREATE INDEX tri ON public.people USING gin (mail public.gin_trgm_ops)"
    catalog = Catalog(
        server_version=140000,
        extensions={"citext": "public", "pg_trgm": "public"},
        tables=(Table(schema="public", name="people", columns=text.columns, pages=9, rows=99,
                      indexes=(Index(name="tri", spec=trigram, definition=definition, pages=3, rows=99),)),),
        settings={"random_page_cost": "1.1", "nonsense.setting": "x"},
    )  # fmt: skip
    with open_twin(catalog, installation=servers.embedded()[0]) as twin:
        notes = "\n".join(twin.notes)
        assert twin.explain(shape("SELECT * FROM people WHERE mail = 'a'")).cost > 9
    for words in ("PostgreSQL 14", "extension citext", "public.citext is text", "tri could not", "nonsense.setting"):
        assert words in notes


def test_production_settings_decide_costs(pg18: servers.Server) -> None:
    dsn = load_shop(pg18, "twin_settings")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ALTER DATABASE twin_settings SET random_page_cost = 1.25")
    catalog = load_catalog(dsn)
    assert catalog.settings["random_page_cost"] == "1.25"
    with open_twin(catalog) as twin, psycopg.connect(dsn) as connection:
        row = connection.execute(b"EXPLAIN (FORMAT JSON) " + BY_KEY.encode()).fetchone()
        assert row
        assert twin.explain(shape(BY_KEY)).cost == row[0][0]["Plan"]["Total Cost"]


def test_a_terabyte_takes_no_disk() -> None:
    unique = ColumnStatistics(null_frac=0.0, avg_width=8, n_distinct=-1.0, correlation=0.0)
    key = Column(name="a", type="bigint", statistics=(unique,))
    big = Table(schema="public", name="big", columns=(key,), pages=1 << 27, rows=1e10)
    spec = IndexSpec("public", "big", (IndexKey("a"),))
    with open_twin(Catalog(server_version=180000, tables=(big,))) as twin:
        assert twin.add([spec]) == {}
        assert twin.explain(shape("SELECT * FROM big WHERE a = 5"), [spec]).cost < 100
        assert twin.explain(shape("SELECT * FROM big WHERE a = 5")).cost > 1e8
        used = sum(f.stat().st_blocks * 512 for f in Path(twin._site.data_directory, "base").rglob("*") if f.is_file())
    assert used < 100_000_000


def test_a_migration_changes_what_is_planned(pg18: servers.Server) -> None:
    catalog = load_catalog(load_shop(pg18, "twin_apply"))
    by_customer = shape("SELECT * FROM sales.orders WHERE customer_id = 9000")
    with open_twin(catalog) as twin:
        before = twin.explain(by_customer)
        twin.apply(["CREATE INDEX CONCURRENTLY orders_customer ON sales.orders (customer_id)"])
        after = twin.explain(by_customer)
        assert after.indexes == {"orders_customer"}
        assert after.cost < before.cost / 10
        assert twin.explain(by_customer, hidden=["orders_customer"]).cost == before.cost
        twin.apply(["DROP INDEX sales.orders_customer"])
        assert twin.explain(by_customer) == before
