"""Reading statements: total over whatever a log holds, and strict about what counts as a constant of the statement."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.engines.postgres.shape import read_shape
from advisor.engines.postgres.shape.access import Reading
from advisor.engines.postgres.shape.sql import binds, parse, parse_shape
from advisor.model.catalog import Catalog, Column, Table
from advisor.model.workload import Sample, Shape

CATALOG = Catalog(
    tables=(
        Table(schema="public", name="t", columns=tuple(Column(name=name, type="text") for name in ("a", "b", "c"))),
        Table(schema="other", name="t", columns=(Column(name="a", type="text"),)),
    ),
    views=(("public", "v", "CREATE VIEW v AS SELECT a AS first, lower(b) AS low FROM t"),),
)


def shape(text: str, *, sample: str = "", kind: str = "select") -> Shape:
    kept = Sample(duration_us=1, text=sample) if sample else None
    return Shape(id="0", engine="postgres", database="", text=text, kind=kind, sample=kept)


def read(text: str) -> Reading:
    return read_shape(shape(text, sample=text), CATALOG)


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("SELECT 1 FROM t WHERE a = $1 AND b = 'open'", True),
        ("SELECT 1 FROM t WHERE a = 'x' AND b = 'open'", False),
        ("SELECT 1 FROM t WHERE a = '$1' AND b = 'open'", False),
    ],
)
def test_a_literal_is_a_constant_only_beside_bound_values(text: str, constant: bool) -> None:
    (access,) = read(text).accesses
    assert any(term.predicate for term in access.terms) == constant


def test_tests_for_null_are_always_constants() -> None:
    (access,) = read("SELECT 1 FROM t WHERE a IS NULL AND b = 'pasted'").accesses
    assert [term.predicate for term in access.terms] == ["a IS NULL", ""]


@pytest.mark.parametrize(
    "text", ["SELECT 1 WHERE a = any (?::bigint[])", "SELECT 1 WHERE a IN (?, ...)", "SELECT 1 WHERE a IN (...)"]
)
def test_normalised_texts_parse(text: str) -> None:
    assert parse_shape(shape(text)).tree is not None


@pytest.mark.parametrize("text", ["SELECT $1,$2", "SELECT array[$1,$2]", "SELECT a FROM t WHERE a = ANY(ARRAY[$1,$2])"])
def test_parameters_without_blanks_parse(text: str) -> None:
    assert parse(text).tree is not None


def test_reasons_do_not_quote_the_statement() -> None:
    for text in ("SELECT 'secret' FROM WHERE", "SELECT 'secret", "SELECT 'secret'; SELECT 2", "VACUUM secret"):
        assert parse(text).reason
        assert "secret" not in parse(text).reason


def test_binds_looks_outside_quotes() -> None:
    assert binds("SELECT $1")
    assert not binds("SELECT '$1', \"$2\"")


def test_the_schema_decides_which_table_is_meant() -> None:
    assert [access.schema for access in read("SELECT * FROM other.t, t WHERE other.t.a = t.b").accesses] == [
        "other",
        "public",
    ]


def test_a_view_leads_to_its_table_but_not_through_an_expression() -> None:
    (access,) = read("SELECT * FROM v WHERE first = $1 AND low = $2").accesses
    assert [term.operand.column for term in access.terms] == ["a"]


def test_names_that_are_no_table_are_reported() -> None:
    reading = read("SELECT * FROM missing m JOIN t ON t.a = m.a")
    assert reading.unknown == ("missing",)
    assert [access.table for access in reading.accesses] == ["t"]


def test_updated_columns_are_noted() -> None:
    text = "UPDATE t SET b = $1, c = a WHERE a = $2"
    assert read_shape(shape(text, kind="update"), CATALOG).updated == (("public", "t", "b"), ("public", "t", "c"))


def test_deep_nesting_is_a_reason_and_no_crash() -> None:
    assert "nested too deeply" in read("SELECT " + "(" * 3000 + "1" + ")" * 3000).reason


def test_a_recursive_cte_ends() -> None:
    text = "WITH RECURSIVE r AS (SELECT a FROM t UNION ALL SELECT r.a FROM r JOIN r AS s ON s.a = r.a) SELECT * FROM r WHERE b = $1"
    assert read(text).reason == ""


WORDS = st.sampled_from(
    "SELECT FROM WHERE t v a b c = $1 ? ( ) , AND OR NOT IN EXISTS JOIN ON LATERAL WITH AS x ORDER BY LIMIT 1 'q' * "
    "GROUP UNION ALL DISTINCT IS NULL LIKE BETWEEN UPDATE SET DELETE INSERT INTO VALUES \" ' $$ ; :: t.a x.a".split()
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_no_text_makes_reading_fail(text: str) -> None:
    assert isinstance(read(text), Reading)
