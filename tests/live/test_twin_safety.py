"""Statement text comes from a log and a catalogue may come from a stranger: on the twin neither ever does anything."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.servers import Server
from advisor.engines.postgres.twin import Twin, open_twin
from advisor.errors import InputError, NotPlannable
from advisor.model.catalog import Catalog
from advisor.model.index import IndexKey, IndexSpec
from tests.live.shop import shape

SCHEMA = """
CREATE TABLE notes (id int PRIMARY KEY, body text NOT NULL);
CREATE TABLE trace (line text);
CREATE FUNCTION note_it(text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN INSERT INTO trace VALUES ($1); RETURN $1; END $$;
CREATE FUNCTION leave(text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN RESET ROLE; RESET SESSION AUTHORIZATION; COPY (SELECT 1) TO PROGRAM 'touch /tmp/advisor-escaped'; RETURN $1; END $$;
CREATE VIEW uses AS SELECT note_it('x'), leave('x');
CREATE FUNCTION spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN note_it($1); END $$;
CREATE FUNCTION escape(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN leave($1); END $$;
CREATE FUNCTION whoami(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN RAISE EXCEPTION '% %', session_user, (SELECT rolsuper FROM pg_roles WHERE rolname = session_user); END $$;
CREATE FUNCTION slow(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_sleep(3600); RETURN $1; END $$;
CREATE FUNCTION switch(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM advisor_twin.switch(ARRAY['notes_pkey'::regclass::oid]); RETURN $1; END $$;
CREATE INDEX ON notes (spy(body)); CREATE INDEX ON notes (escape(body)); CREATE INDEX ON notes (whoami(body));
CREATE INDEX ON notes (slow(body)); CREATE INDEX ON notes (switch(body));
"""
"""Functions that the planner evaluates when it meets them with a constant, since they claim to be IMMUTABLE."""


@pytest.fixture(scope="module")
def catalog(pg18: Server) -> Catalog:
    with psycopg.connect(pg18.dsn(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE hostile TEMPLATE template0")
    dsn = pg18.dsn("hostile")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(SCHEMA)
    return load_catalog(dsn)


@pytest.fixture(scope="module")
def twin(catalog: Catalog) -> Iterator[Twin]:
    with open_twin(catalog) as opened:
        assert opened.notes == ()
        yield opened


def still_there(twin: Twin) -> bool:
    """The tables still plan, and nothing was written to `trace`: its file has no page."""
    plan = twin.explain(shape("SELECT * FROM notes, trace"))
    with psycopg.connect(twin._site.admin_dsn) as connection:
        row = connection.execute("SELECT count(*) FROM trace").fetchone()
    return {node.relation for node in plan.root.walk()} >= {"notes", "trace"} and row == (0,)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT 1; DROP TABLE notes", "multiple commands"),
        ("SELECT $1; DROP TABLE notes", "multiple commands"),
        ("SELECT 1; COMMIT; DROP TABLE notes", "multiple commands"),
        ("COPY notes TO PROGRAM 'touch /tmp/advisor-escaped'", "syntax error"),
        ("DROP TABLE notes", "syntax error"),
        ("ANALYZE DELETE FROM notes", "syntax error"),
        ("(ANALYZE) DELETE FROM notes", "syntax error"),
        ("SELECT 'unfinished", "unterminated"),
        ("SELECT * FROM nowhere", "does not exist"),
        ("SELECT 1\0; DROP TABLE notes", "zero byte"),
        ("", "syntax error"),
        ("SELECT spy('x') FROM notes", "read-only transaction"),
        ("SELECT * FROM notes WHERE body = escape('x')", "permission denied|must be superuser"),
        ("SELECT * FROM notes WHERE body = whoami('x')", "advisor_twin f"),
        ("SELECT * FROM notes WHERE body = switch('x')", "read-only transaction"),
    ],
)
def test_what_must_not_happen_is_refused_with_the_servers_words(twin: Twin, statement: str, words: str) -> None:
    with pytest.raises(NotPlannable, match=words):
        twin.explain(shape(statement))
    assert still_there(twin)
    assert not Path("/tmp/advisor-escaped").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "WITH gone AS (DELETE FROM notes RETURNING *) INSERT INTO trace SELECT body FROM gone",
        "SELECT nextval('trace_seq'), random() FROM notes",
        "SELECT pg_sleep(3600) FROM notes",
        "DELETE FROM notes",
        "CREATE TABLE copy AS SELECT * FROM notes",
        "SELECT * FROM notes WHERE id = 1 FOR UPDATE",
        "SELECT 'a;b' FROM notes -- ; DROP TABLE notes",
    ],
)
def test_writing_and_volatile_statements_are_planned_and_not_run(twin: Twin, statement: str) -> None:
    with psycopg.connect(twin._site.owner_dsn) as connection:
        connection.execute("CREATE SEQUENCE IF NOT EXISTS trace_seq")
    assert twin.explain(shape(statement)).cost > 0
    assert still_there(twin)


def test_parameters_are_bound_and_never_become_text(twin: Twin) -> None:
    assert twin.explain(shape("SELECT * FROM notes WHERE body = $1", ("'; DROP TABLE notes; --",))).cost > 0
    assert still_there(twin)


def test_without_values_a_statement_is_planned_for_any_value(twin: Twin) -> None:
    plan = twin.explain(shape("SELECT * FROM notes WHERE id = $1"))
    assert any("$1" in node.index_cond + node.filter for node in plan.root.walk())


def test_a_planning_function_that_never_ends_is_stopped(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.engines.postgres.twin.planner.PLANNING_TIMEOUT", "300ms")
    with open_twin(catalog) as twin, pytest.raises(NotPlannable, match="statement timeout"):
        twin.explain(shape("SELECT * FROM notes WHERE body = slow('x')"))


@pytest.mark.parametrize(
    "expression", ["body); DROP TABLE notes; --", "lower(body)); DROP TABLE notes; CREATE TABLE x (a"]
)
def test_a_candidate_cannot_smuggle_a_second_statement(twin: Twin, expression: str) -> None:
    spec = IndexSpec("public", "notes", (IndexKey(expression=expression),))
    assert spec in twin.add([spec])
    assert still_there(twin)


def test_a_migration_with_two_statements_in_one_is_refused(twin: Twin) -> None:
    with pytest.raises(InputError, match="multiple commands"):
        twin.apply(["CREATE INDEX a ON notes (id); DROP TABLE notes"])
    assert still_there(twin)
