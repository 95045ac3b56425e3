"""Statement in, candidates out. The cases are the SQL files in `candidates/`: a statement and the definitions to expect.

`expect:` must be proposed, `never:` must not be, `nothing` means no proposal at all. `sample: pasted` makes the statement
a text into which a driver may have written the values.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlglot
from sqlglot import exp

from advisor.engines.postgres import ddl, render
from advisor.engines.postgres.candidates import propose
from advisor.engines.postgres.ddl import statements
from advisor.engines.postgres.shape import read_shape
from advisor.engines.postgres.shape.sql import fold
from advisor.model.catalog import Catalog, Column, Constraint, Index, Table
from advisor.model.index import IndexKey, IndexSpec
from advisor.model.workload import Sample, Shape

FOLDER = Path(__file__).parent / "candidates"


class Case(NamedTuple):
    title: str
    statement: str
    expect: list[str]
    never: list[str]
    nothing: bool


def cases() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("*.sql")):
        for chunk in re.split(r"^-- title: ", path.read_text(), flags=re.M)[1:]:
            title, body = chunk.split("\n", 1)
            notes = re.findall(r"^-- (expect|never): (.+)$", body, flags=re.M)
            statement = "\n".join(line for line in body.splitlines() if line and not line.startswith("--"))
            expect = [text for kind, text in notes if kind == "expect"]
            never = [text for kind, text in notes if kind == "never"]
            found.append(Case(title, statement.rstrip(";"), expect, never, "\n-- nothing" in body))
    return found


@cache
def catalog() -> Catalog:
    """The catalogue of `schema.sql`, as far as these tests need one; no server is involved."""
    text = (FOLDER / "schema.sql").read_text()
    indexes = [s.spec for s in ddl.parse_script(text) if isinstance(s, statements.CreateIndex) and s.spec]
    tables, views = [], []
    for tree in sqlglot.parse(text, dialect="postgres"):
        if isinstance(tree, exp.Create) and tree.kind == "TABLE":
            tables.append(_table(tree, indexes))
        elif isinstance(tree, exp.Create) and tree.kind == "VIEW":
            views.append(("public", tree.this.name, tree.sql(dialect="postgres")))
    return Catalog(tables=tuple(tables), views=tuple(views))


def _table(tree: exp.Create, indexes: list[IndexSpec]) -> Table:
    relation = tree.find(exp.Table)
    assert relation is not None
    schema, name = fold(relation.args.get("db")) or "public", fold(relation.this)
    columns, keys = [], []
    for item in tree.find_all(exp.ColumnDef):
        kinds = [type(c.kind) for c in item.constraints]
        column = fold(item.this)
        columns.append(Column(name=column, type=item.args["kind"].sql("postgres").lower(), not_null=bool(kinds)))
        keys += [column] if exp.PrimaryKeyColumnConstraint in kinds else []
    primary = IndexSpec(schema, name, tuple(IndexKey(k) for k in keys), unique=True)
    there = [Index(name=f"{name}_pkey", spec=primary, definition="", primary=True)]
    there += [Index(name="", spec=s, definition="") for s in indexes if s.table == name and schema == "public"]
    constraint = Constraint(name=f"{name}_pkey", kind="p", columns=tuple(keys), definition="")
    return Table(
        schema=schema, name=name, columns=tuple(columns), constraints=(constraint,), indexes=tuple(there), rows=1e6
    )


def proposals(statement: str) -> list[str]:
    shape = Shape(
        id="0" * 16,
        engine="postgres",
        database="shop",
        text=statement,
        kind=statement.split()[0].lower().replace("with", "select"),
        sample=None if "?" in statement else Sample(duration_us=1, text=statement),
    )
    found = propose({shape.id: read_shape(shape, catalog())}, catalog())
    return [render.definition(c.spec).removeprefix("public.") for c in found]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.title.replace(" ", "-"))
def test_a_statement_has_these_candidates(case: Case) -> None:
    found = proposals(case.statement)
    assert case.expect or case.never or case.nothing, "a case without an expectation"
    assert not [text for text in case.expect if text not in found], found
    assert not [text for text in case.never if text in found]
    if case.nothing:
        assert found == []


def test_every_candidate_says_why() -> None:
    shape = Shape(id="a", engine="postgres", database="", text="", kind="select")
    text = "SELECT id FROM orders WHERE customer_id = $1 AND deleted_at IS NULL ORDER BY created_at LIMIT 3"
    shape = Shape(id="a", engine="postgres", database="", text=text, kind="select")
    found = propose({"a": read_shape(shape, catalog())}, catalog())
    assert found
    assert all(candidate.reasons for candidate in found)


def test_equality_columns_that_more_shapes_share_come_first() -> None:
    texts = {
        "a": "SELECT * FROM orders WHERE tenant_id = $1",
        "b": "SELECT * FROM orders WHERE customer_id = $1 AND tenant_id = $2",
    }
    readings = {
        name: read_shape(Shape(id=name, engine="postgres", database="", text=text, kind="select"), catalog())
        for name, text in texts.items()
    }
    found = {render.definition(c.spec): c.shapes for c in propose(readings, catalog())}
    assert "public.orders (tenant_id, customer_id)" in found
    assert "public.orders (customer_id, tenant_id)" not in found
    assert found["public.orders (tenant_id)"] == ("a", "b")


def test_an_updated_column_is_never_included() -> None:
    texts = {
        "a": "SELECT status FROM orders WHERE customer_id = $1",
        "b": "UPDATE orders SET status = $1 WHERE id = $2",
    }
    readings = {
        name: read_shape(
            Shape(id=name, engine="postgres", database="", text=text, kind=text.split()[0].lower()), catalog()
        )
        for name, text in texts.items()
    }
    assert not any(c.spec.include for c in propose(readings, catalog()))
