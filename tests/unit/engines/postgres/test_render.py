"""How definitions become DDL: names survive byte for byte, and what PostgreSQL would cut is cut by us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.engines.postgres import render
from advisor.model.index import IndexKey, IndexSpec


def spec(*keys: IndexKey, table: str = "orders", **fields: object) -> IndexSpec:
    return IndexSpec(schema="public", table=table, keys=keys, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orders", "orders"),
        ("AspNetUsers", '"AspNetUsers"'),
        ("user", '"user"'),
        ("order", '"order"'),
        ("2fa", '"2fa"'),
        ("naïve", '"naïve"'),
        ('we"ird', '"we""ird"'),
        ("a b", '"a b"'),
        ("status", "status"),
        ("", '""'),
    ],
)
def test_identifiers_are_quoted_only_where_needed(name: str, text: str) -> None:
    assert render.quote_ident(name) == text


@pytest.mark.parametrize(("value", "text"), [("a", "'a'"), ("O'Hara", "'O''Hara'"), ("a\\b", "E'a\\\\b'")])
def test_literals_are_quoted(value: str, text: str) -> None:
    assert render.quote_literal(value) == text


def test_a_definition_has_keys_include_and_predicate_in_that_order() -> None:
    made = spec(IndexKey("UserName"), IndexKey("t", descending=True), include=("Email",), predicate='("IsActive")')
    assert render.create_index(made, "x") == (
        'CREATE INDEX CONCURRENTLY x ON public.orders ("UserName", t DESC) INCLUDE ("Email") WHERE "IsActive"'
    )


def test_a_predicate_of_two_parenthesised_halves_keeps_them() -> None:
    made = spec(IndexKey("a"), predicate="(a > 1) AND (b = ')')")
    assert render.create_index(made, "x", concurrently=False).endswith("WHERE (a > 1) AND (b = ')')")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (IndexKey("t", descending=True), "t DESC"),
        (IndexKey("t", descending=True, nulls_first=False), "t DESC NULLS LAST"),
        (IndexKey("t", descending=True, nulls_first=True), "t DESC"),
        (IndexKey("t", nulls_first=True), "t NULLS FIRST"),
        (IndexKey("x", opclass="text_pattern_ops"), "x text_pattern_ops"),
        (IndexKey("x", collation='pg_catalog."C"'), 'x COLLATE pg_catalog."C"'),
        (IndexKey(expression="lower(email)"), "lower(email)"),
        (IndexKey(expression="(payload ->> 'k'::text)"), "(payload ->> 'k'::text)"),
        (IndexKey(expression="lower(a) || lower(b)"), "(lower(a) || lower(b))"),
        (IndexKey(expression="(a + b) * (c + d)"), "((a + b) * (c + d))"),
    ],
)
def test_keys_are_written_as_postgresql_prints_them(key: IndexKey, text: str) -> None:
    assert render.key_text(key) == text


def test_the_name_says_table_and_columns() -> None:
    assert render.index_name(spec(IndexKey("customer_id"), IndexKey("t"))) == "orders_customer_id_t_idx"
    assert render.index_name(spec(IndexKey(expression="lower(email)"))) == "orders_lower_email_idx"


def test_a_taken_name_gets_a_hash_of_the_definition() -> None:
    made = spec(IndexKey("a"))
    other = render.index_name(made, {"orders_a_idx"})
    assert other.startswith("orders_a_")
    assert other != "orders_a_idx"
    assert other == render.index_name(made, {"orders_a_idx"})
    assert render.index_name(made, {"orders_a_idx", other}) not in {"orders_a_idx", other}


@given(st.text(min_size=1, max_size=70), st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=6))
def test_names_never_exceed_63_bytes(table: str, columns: list[str]) -> None:
    name = render.index_name(spec(*(IndexKey(c) for c in columns), table=table))
    assert len(name.encode()) <= render.NAME_BYTES
    assert name.endswith("_idx")


def test_names_cut_at_the_same_place_stay_different() -> None:
    long = "a" * 60
    assert render.index_name(spec(IndexKey(long + "x"))) != render.index_name(spec(IndexKey(long + "y")))


def test_drop_names_the_schema() -> None:
    assert render.drop_index("public", "Ix") == 'DROP INDEX CONCURRENTLY public."Ix"'
