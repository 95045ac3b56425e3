"""The parser and its tables against a server: what pg_get_indexdef prints is read back, what the lists claim is so."""

from itertools import product

import psycopg
import pytest

from advisor.engines.postgres.ddl import parse_script
from advisor.engines.postgres.ddl.expressions import comparable
from advisor.engines.postgres.ddl.operator_classes import has_default
from advisor.engines.postgres.ddl.statements import CreateIndex
from advisor.engines.postgres.ddl.volatility import NOT_IMMUTABLE_CALLS, NOT_IMMUTABLE_WORDS
from advisor.engines.postgres.render import create_index, quote_ident
from advisor.engines.postgres.servers import Server
from advisor.model.index import IndexKey, IndexSpec

NAME = 'Odd 😀 "name"'
TABLE = f"""
    CREATE TABLE {quote_ident(NAME)} (id bigint PRIMARY KEY, a int, b text, "Mixed Case" text, doc jsonb, ts timestamp,
                                      s varchar(20), "order" int, active boolean)
"""
DEFINITION = "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass AND NOT indisprimary"

KEYS = (
    IndexKey(column="a"),
    IndexKey(column="a", descending=True),
    IndexKey(column="a", nulls_first=True),
    IndexKey(column="a", descending=True, nulls_first=False),
    IndexKey(column="Mixed Case", opclass="text_pattern_ops"),
    IndexKey(column="order"),
    IndexKey(column="b", collation="C"),
    IndexKey(expression="lower(b)"),
    IndexKey(expression="doc ->> 'it''s'"),
    IndexKey(expression="date_trunc('day', ts)"),
    IndexKey(expression="(a + 1)"),
)
PREDICATES = (
    "",
    "s = 'open'",
    "s IN ('open', 'held') AND a > 0",
    "active AND doc IS NOT NULL",
    "NOT active OR a BETWEEN 1 AND 2",
    "\"Mixed Case\" LIKE 'x%'",
)


def test_every_printed_definition_is_read_as_the_index_that_was_asked_for(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLE)
        for number, (first, second) in enumerate(product(KEYS, KEYS[:3])):
            spec = IndexSpec(
                schema="public",
                table=NAME,
                keys=(first, second),
                include=("id",) if number % 2 else (),
                predicate=PREDICATES[number % len(PREDICATES)],
                unique=number % 3 == 0,
            )
            connection.execute(create_index(spec, f"i {number}", concurrently=False))
            row = connection.execute(DEFINITION, [quote_ident(NAME)]).fetchone()
            connection.execute(f'DROP INDEX "i {number}"')
            assert row
            (create,) = parse_script(row[0])
            assert isinstance(create, CreateIndex), create
            assert _plain(create.spec) == _plain(spec)


def _plain(spec: IndexSpec) -> object:
    keys = [
        (key.column, comparable(key.expression), key.descending, key.nulls_are_first, key.opclass, key.collation)
        for key in spec.keys
    ]
    return spec.schema, spec.table, keys, spec.include, comparable(spec.predicate), spec.method, spec.unique


@pytest.mark.parametrize("server", ["pg18", "pg16"])
def test_no_listed_function_is_immutable(server: str, request: pytest.FixtureRequest) -> None:
    running: Server = request.getfixturevalue(server)
    with psycopg.connect(running.dsn()) as connection:
        rows = connection.execute("SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'i'").fetchall()
    assert NOT_IMMUTABLE_CALLS & {name for (name,) in rows} == set()


def test_every_listed_word_is_refused_in_an_index(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int)")
        for word in sorted(NOT_IMMUTABLE_WORDS):
            with pytest.raises(psycopg.errors.InvalidObjectDefinition):
                connection.execute(f"CREATE INDEX ON t ((({word})::text))")


@pytest.mark.parametrize("server", ["pg18", "pg16"])
def test_default_operator_classes_are_as_listed(server: str, request: pytest.FixtureRequest) -> None:
    types = """text varchar char integer bigint smallint boolean numeric real|double precision|date timestamp timestamptz
               time timetz interval uuid bytea money json jsonb xml point box polygon path line circle lseg inet cidr
               macaddr tsvector tsquery int4range text[] oid bit varbit"""
    names = [name for part in types.split("|") for name in ([part] if part == "double precision" else part.split())]
    running: Server = request.getfixturevalue(server)
    wrong = []
    with psycopg.connect(running.dsn(), autocommit=True) as connection:
        for method, name in product(("btree", "hash", "gin", "gist", "spgist", "brin"), names):
            printed = connection.execute("SELECT format_type(%s::regtype, NULL)", [name]).fetchone()
            assert printed
            with connection.transaction(force_rollback=True):
                connection.execute(f"CREATE TABLE t (a {name})")
                try:
                    connection.execute(f"CREATE INDEX ON t USING {method} (a)")
                    works = True
                except psycopg.errors.UndefinedObject:
                    works = False
            if works != has_default(method, printed[0], ()):
                wrong.append((method, name, works))
    assert wrong == []
