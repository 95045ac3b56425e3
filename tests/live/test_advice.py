"""Advice on a loaded database: every recommended index is really built, picked by the planner and at least halves the cost.

The cases are the SQL files in `advice/`. The question is put to the statistics twin; the check is made on the original.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from advisor.engines.postgres import render, servers
from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.twin import Twin, open_twin
from advisor.model.catalog import Catalog
from advisor.model.workload import Sample, Shape, Workload
from advisor.recommend import Advice, advise
from advisor.rules import default_rules

FOLDER = Path(__file__).parent / "advice"
pytestmark = pytest.mark.server


class Case(NamedTuple):
    title: str
    statement: str
    parameters: tuple[str, ...]
    expect: list[str]
    silent: str

    @property
    def shape(self) -> Shape:
        return Shape(
            id=hashlib.sha256(self.title.encode()).hexdigest()[:16],
            engine="postgres",
            database="shop",
            text=self.statement,
            kind=self.statement.split()[0].lower().replace("with", "select"),
            calls=100,
            sample=Sample(duration_us=1, text=self.statement, parameters=self.parameters or None),
        )


def cases(name: str) -> list[Case]:
    found = []
    for chunk in re.split(r"^-- title: ", (FOLDER / name).read_text(), flags=re.M)[1:]:
        title, body = chunk.split("\n", 1)
        notes = re.findall(r"^-- (\w+): (.+)$", body, flags=re.M)
        statement = "\n".join(line for line in body.splitlines() if line and not line.startswith("--")).rstrip(";")
        parameters = tuple(p for kind, text in notes if kind == "parameters" for p in text.split(", "))
        expect = [text for kind, text in notes if kind == "expect"]
        silent = next((text for kind, text in notes if kind == "silent"), "")
        found.append(Case(title, statement, parameters, expect, silent))
    return found


class Shop(NamedTuple):
    dsn: str
    catalog: Catalog
    twin: Twin

    def advice(self, *shapes: Shape) -> Advice:
        return advise(Workload(shapes=shapes), self.catalog, self.twin, default_rules(), database="shop")


@pytest.fixture(scope="module")
def shop(pg18: servers.Server) -> Iterator[Shop]:
    with psycopg.connect(pg18.dsn(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop TEMPLATE template0")
    with psycopg.connect(pg18.dsn("shop"), autocommit=True) as connection:
        connection.execute((FOLDER / "schema.sql").read_bytes())
        connection.execute("VACUUM (ANALYZE)")
    catalog = load_catalog(pg18.dsn("shop"))
    with open_twin(catalog) as twin:
        yield Shop(pg18.dsn("shop"), catalog, twin)
    with psycopg.connect(pg18.dsn(), autocommit=True) as connection:
        connection.execute("DROP DATABASE shop WITH (FORCE)")


def planned(connection: psycopg.Connection, case: Case) -> tuple[float, str]:
    """(cost, plan as JSON text) on the loaded database."""
    text = case.statement
    for number in range(len(case.parameters), 0, -1):
        text = text.replace(f"${number}", f"'{case.parameters[number - 1]}'")
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {text}".encode()).fetchone()
    assert row is not None
    return row[0][0]["Plan"]["Total Cost"], str(row[0])


@pytest.mark.parametrize("case", cases("patterns.sql"), ids=lambda case: case.title.replace(" ", "-"))
def test_the_recommended_index_is_picked_and_halves_the_cost_where_it_is_really_built(case: Case, shop: Shop) -> None:
    advice = shop.advice(case.shape)
    mine = [r for r in advice.recommendations if case.shape.id in r.shapes]
    found = [render.definition(r.index).removeprefix("public.") for r in mine if r.index]
    assert sorted(found) == sorted(case.expect), advice.silences
    with psycopg.connect(shop.dsn, autocommit=True) as connection:
        before, _ = planned(connection, case)
        try:
            for item in mine:
                for statement in item.ddl:
                    connection.execute(statement.encode(), prepare=False)
            connection.execute("ANALYZE")
            after, plan = planned(connection, case)
        finally:
            for item in mine:
                for statement in item.undo:
                    connection.execute(statement.encode(), prepare=False)
    assert after <= before / 2
    assert all(item.name in plan for item in mine)
    promised = {effect.cost_after for item in mine for effect in item.effects if effect.shape == case.shape.id}
    assert promised == {shop.twin.explain(case.shape, [item.index for item in mine if item.index]).cost}
    for item in mine:
        assert item.measured_by == "twin"
        assert item.reasons
        assert item.size_bytes
        assert item.write_cost


@pytest.mark.parametrize("case", cases("silences.sql"), ids=lambda case: case.title.replace(" ", "-"))
def test_silence_has_its_reason(case: Case, shop: Shop) -> None:
    advice = shop.advice(case.shape)
    assert [r for r in advice.recommendations if r.shapes] == []
    assert [silence.shape for silence in advice.silences] == [case.shape.id]
    assert case.silent in advice.silences[0].reason


def test_an_index_for_a_foreign_key_is_proved_by_the_servers_own_check(shop: Shop) -> None:
    delete = Case("closing an account", "DELETE FROM customers WHERE id = $1", ("7",), [], "")
    (found,) = shop.advice(delete.shape).recommendations
    assert found.index is not None
    assert render.definition(found.index) == "public.orders (customer_id)"
    assert found.shapes == ()
    assert found.cost_after < found.cost_before / 2
    assert any("orders_customer_id_fkey" in reason for reason in found.reasons)
    assert found.confidence == "high"


def test_a_foreign_key_whose_parent_never_loses_rows_is_a_finding_and_no_index(shop: Shop) -> None:
    advice = shop.advice()
    assert advice.recommendations == ()
    (finding,) = [finding for finding in advice.findings if finding.rule == "IDX101"]
    assert "orders_customer_id_fkey" in finding.message


def test_one_index_serves_statements_that_share_a_prefix(shop: Shop) -> None:
    by_title = {case.title: case.shape for case in cases("patterns.sql")}
    advice = shop.advice(by_title["equality and range"], by_title["newest rows of a key"])
    mine = [r for r in advice.recommendations if r.shapes]
    assert [render.definition(r.index) for r in mine if r.index] == ["public.orders (tenant_id, created_at)"]
    assert len(mine[0].shapes) == 2


def test_the_same_workload_gives_the_same_advice(shop: Shop) -> None:
    shapes = [case.shape for case in cases("patterns.sql")]
    assert shop.advice(*shapes) == shop.advice(*reversed(shapes))
