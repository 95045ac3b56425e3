"""The statistics twin against a loaded original: same plan tree, cost within five per cent, with and without an index."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
import pytest

from advisor.engines.postgres import servers
from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.plan.build import build_plan
from advisor.engines.postgres.twin import Twin, open_twin
from advisor.model.index import IndexSpec
from advisor.model.plan import Plan, PlanNode
from tests.live.shop import Question, load_shop, questions, shape

TOLERANCE = 0.05
ROLE = """
DO $$ BEGIN CREATE ROLE shop_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT pg_read_all_data, pg_write_all_data TO shop_reader
"""
"""Row security binds it, as it binds the twin's role, and not the superuser."""

QUESTIONS = list(questions())


class Pair(NamedTuple):
    """The original (with every candidate built) and its twin (with every candidate added)."""

    dsn: str
    twin: Twin
    specs: dict[str, IndexSpec]
    """CREATE INDEX statement -> the same index as the twin names it."""
    oids: dict[str, list[int]]
    """CREATE INDEX statement -> the indexes that it made on the original."""


def _pair(server: servers.Server) -> Iterator[Pair]:
    dsn = load_shop(server, "twin_original")
    plain = load_catalog(dsn)
    statements = sorted({question.candidate for question in QUESTIONS if question.candidate})
    specs, oids = {}, {}
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            before = _indexes(connection)
            connection.execute(statement.encode())
            made = sorted(_indexes(connection) - before)
            oids[statement] = [oid for oid, _, _ in made]
            specs[statement] = _spec(dsn, made[0][1], made[0][2])
        connection.execute("SET default_statistics_target = 400")
        connection.execute("ANALYZE sales.customers")  # all its rows fit the sample: only expression keys are new
        connection.execute(ROLE)
    with open_twin(plain, installation=server.installation) as twin:
        assert twin.add(specs.values()) == {}
        yield Pair(dsn, twin, specs, oids)


def _indexes(connection: "psycopg.Connection[Any]") -> set[tuple[int, str, str]]:
    rows = connection.execute(
        "SELECT i.indexrelid::int8, n.nspname, c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'sales'"
    )
    return set(rows.fetchall())


def _spec(dsn: str, schema: str, name: str) -> IndexSpec:
    return next(i.spec for t in load_catalog(dsn).tables for i in t.indexes if t.schema == schema and i.name == name)


@pytest.fixture(scope="module", params=[18, 16])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    yield from _pair(request.getfixturevalue(f"pg{request.param}"))


def original(pair: Pair, question: Question, index: str = "") -> Plan:
    """What the original plans when of all candidates only `index` exists."""
    hidden = [oid for statement, made in pair.oids.items() if statement != index for oid in made]
    with psycopg.connect(pair.dsn) as connection:
        connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = ANY(%s)", (hidden,))
        connection.execute("SET LOCAL ROLE shop_reader")
        row = connection.execute(b"EXPLAIN (FORMAT JSON) " + question.sql.encode()).fetchone()
        connection.rollback()
    assert row
    return build_plan(row[0][0])


def tree(node: PlanNode) -> tuple[object, ...]:
    """Node types and relations; index names differ between the two."""
    return (node.type, node.relation, *(tree(child) for child in node.children))


def close(one: float, other: float) -> bool:
    """Within the tolerance, or within the one cost unit that a page fetch is."""
    return abs(one - other) <= max(TOLERANCE * one, 0.05)


@pytest.mark.server
def test_the_twin_plans_every_statement_as_the_original_does(pair: Pair) -> None:
    wrong = []
    for question in QUESTIONS:
        there, here = original(pair, question), pair.twin.explain(shape(question.sql))
        if tree(there.root) != tree(here.root) or not close(there.cost, here.cost):
            wrong.append(f"{question.name}: {there.root.type} {there.cost}, twin {here.root.type} {here.cost}")
    assert wrong == []


@pytest.mark.server
def test_a_candidate_costs_on_the_twin_what_it_costs_when_really_built(pair: Pair) -> None:
    wrong = []
    for question in QUESTIONS:
        if question.candidate:
            there = original(pair, question, question.candidate)
            here = pair.twin.explain(shape(question.sql), [pair.specs[question.candidate]])
            if tree(there.root) != tree(here.root) or not close(there.cost, here.cost):
                wrong.append(f"{question.name}: {there.root.type} {there.cost}, twin {here.root.type} {here.cost}")
    assert wrong == []


def test_the_set_of_statements_is_varied() -> None:
    assert len(QUESTIONS) >= 50
    assert len({question.candidate for question in QUESTIONS if question.candidate}) >= 15
