"""schema.sql becomes a catalogue, whoever wrote it; what cannot run is listed, and nothing but definitions runs."""

from pathlib import Path

import pytest

from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.catalog.schema_sql import catalog_from_sql
from advisor.engines.postgres.servers import Server
from advisor.engines.postgres.twin import open_twin
from advisor.errors import InputError
from advisor.model.index import IndexKey, IndexSpec
from tests.live.shop import FOLDER, load_shop, shape

DUMP = r"""
\restrict x9
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;
CREATE EXTENSION "uuid-ossp";
CREATE TABLE app.users (id uuid DEFAULT public.uuid_generate_v4() NOT NULL, email public.citext, spot public.geometry(Point,4326));
ALTER TABLE app.users OWNER TO somebody;
GRANT ALL ON TABLE app.users TO somebody;
COPY app.users (id, email) FROM stdin;
1	it's; DROP TABLE app.users;
\.
ALTER TABLE ONLY app.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX CONCURRENTLY users_email_idx ON app.users (email);
CREATE POLICY own ON app.users TO authenticated USING (true);
CREATE MATERIALIZED VIEW app.slow AS SELECT id, pg_sleep(3600)::text AS never FROM app.users;
SELECT pg_catalog.setval('app.seq', 5, true);
\unrestrict x9
"""


def test_the_sample_schema_is_read_as_from_a_live_server(pg18: Server) -> None:
    live = load_catalog(load_shop(pg18, "schema_sql"))
    read, skipped = catalog_from_sql((FOLDER / "shop.sql").read_text(), name="shop.sql")
    assert skipped == []
    assert [(t.schema, t.name, t.kind, [c.name for c in t.columns]) for t in read.tables] == [
        (t.schema, t.name, t.kind, [c.name for c in t.columns]) for t in live.tables
    ]
    assert [i.spec for t in read.tables for i in t.indexes] == [i.spec for t in live.tables for i in t.indexes]
    assert (read.statistics, read.server_version, read.database) == ("none", 0, "")


def test_a_dump_with_missing_extensions_roles_and_data_keeps_its_tables() -> None:
    catalog, skipped = catalog_from_sql(DUMP, name="dump.sql")
    users = catalog.table("app", "users")
    assert users
    assert [index.name for index in users.indexes] == ["users_email_idx", "users_pkey"]
    assert len(users.policies) == 1
    assert catalog.table("app", "slow")
    assert {skip.reason.split(" is")[0] for skip in skipped} == {"extension citext", "extension uuid-ossp"}
    assert catalog.search_path == ("public",)


HOSTILE = """
CREATE TABLE t (a int);
COPY t TO PROGRAM 'touch {0}';
DO $$ BEGIN COPY (SELECT 1) TO PROGRAM 'touch {0}'; END $$;
SELECT pg_read_file('/etc/passwd');
ALTER SYSTEM SET archive_command = 'touch {0}';
LOAD '{0}';
CREATE FUNCTION f() RETURNS int LANGUAGE c AS '{0}', 'f';
CREATE TABLE u AS SELECT * FROM pg_read_file('/etc/passwd');
CREATE ROLE strong SUPERUSER;
CREATE EXTENSION plpython3u;
SELECT pg_catalog.set_config('search_path', pg_read_file('/etc/passwd'), false);
CREATE VIEW v AS SELECT 1 AS one; -- the next one hides a second statement from a careless splitter
CREATE TABLE w (a int DEFAULT length($q$;$q$)); COPY (SELECT 1) TO PROGRAM 'touch {0}';
"""


def test_only_definitions_run(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    catalog, skipped = catalog_from_sql(HOSTILE.format(tmp_path / "escaped"), name="x.sql")
    assert {table.name for table in catalog.tables} == {"t", "w"}
    assert {skip.example for skip in skipped} == {f"line {line}" for line in (4, 5, 6, 7, 8, 9, 11, 12)}
    assert list(tmp_path.iterdir()) == []


def test_a_broken_statement_costs_only_itself_and_order_is_free() -> None:
    text = "CREATE INDEX i ON a (x);\nCREATE TABLE a (x int REFERENCES c);\n\nCREATE TABLE b (x int,;\nCREATE TABLE c (y int PRIMARY KEY);"
    catalog, skipped = catalog_from_sql(text, name="s")
    assert [table.name for table in catalog.tables] == ["a", "c"]
    assert [(skip.example, skip.source) for skip in skipped] == [("line 4", "s")]
    assert "syntax error" in skipped[0].reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CREATE TABLE a (x nosuch[];", "line 1: syntax error"),
        ("", "no definition"),
        ("-- nothing\n", "no definition"),
        ("hello world;", "line 1: only definitions"),
        ("CREATE TABLE 'x\n", "line 1"),
    ],
)
def test_a_text_that_creates_nothing_is_an_error_with_the_first_line(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        catalog_from_sql(text, name="schema.sql")
    assert caught.value.message.startswith("schema.sql")
    assert caught.value.hint


def test_without_statistics_the_twin_says_what_it_assumes() -> None:
    catalog, _ = catalog_from_sql((FOLDER / "shop.sql").read_text(), name="shop.sql")
    spec = IndexSpec("sales", "orders", (IndexKey("customer_id"),))
    with open_twin(catalog) as twin:
        assert any("100,000 rows" in note for note in twin.notes)
        assert twin.add([spec]) == {}
        question = shape("SELECT * FROM sales.orders WHERE customer_id = 7")
        assert twin.explain(question, [spec]).cost < twin.explain(question).cost / 10
        assert twin.explain(shape("SELECT * FROM sales.orders WHERE id = 7")).indexes == {"orders_pkey"}
