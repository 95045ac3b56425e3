"""Predicates are equal when the server means the same by them, and never otherwise."""

import pytest

from advisor.engines.postgres.ddl.expressions import (
    columns,
    comparable,
    comparable_key,
    conditions,
    pinned_columns,
    ranged_columns,
)
from advisor.model.index import IndexKey


@pytest.mark.parametrize(
    ("printed", "written"),
    [
        ("(is_read = false)", "is_read = FALSE"),
        ("((s)::text = 'open'::text)", "s = 'open'"),
        ("((a > 0) AND (b IS NOT NULL))", "b is not null and A > 0"),
        ("lower((b)::text)", "LOWER(b)"),
        ("((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))", "s IN ('a', 'b')"),
        ("(amount > (0)::numeric)", "amount > 0"),
        ("(amount > '0'::numeric)", "amount > 0"),
        ("(x <> 3)", "x != 3"),
        ('("IsActive" = true)', '"IsActive" = TRUE'),
        ("date_trunc('day'::text, (ts AT TIME ZONE 'UTC'::text))", "date_trunc('day', ts at time zone 'UTC')"),
        ("(deleted_at IS NULL)", "t.deleted_at is null"),
    ],
)
def test_the_servers_text_equals_what_people_write(printed: str, written: str) -> None:
    assert comparable(printed) == comparable(written)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(a OR b) AND c", "a OR b AND c"),
        ("a - (b - c)", "a - b - c"),
        ("NOT (a OR b)", "NOT a OR b"),
        ("s = 'Open'", "s = 'open'"),
        ('"A" = 1', "a = 1"),
        ("a::date = b", "a = b"),
        ("a IS NULL", "a IS NOT NULL"),
        ("s = '1'", "s = 1"),
        ("this does not ( parse", "this does not parse"),
    ],
)
def test_different_meanings_stay_different(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


def test_what_a_predicate_says_about_each_column() -> None:
    predicate = (
        "deleted_at IS NULL AND NOT x AND y AND z IS NOT NULL AND q IS TRUE AND 5 < k AND (s)::text = 'a'::text "
        "AND lower(b) = 'x' AND a = b AND n BETWEEN 1 AND 2 AND m <> 3 AND v = now()"
    )
    assert {c.column: (c.operator, c.value) for c in conditions(predicate)} == {
        "deleted_at": ("null", "null"),
        "x": ("bool", "boolean"),
        "y": ("bool", "boolean"),
        "z": ("not null", "null"),
        "q": ("bool", "boolean"),
        "k": ("range", "integer"),
        "s": ("=", "text"),
        "n": ("range", "integer"),
        "m": ("other", "integer"),
        "v": ("other", ""),
    }
    assert pinned_columns(predicate) == {"deleted_at", "x", "y", "q", "s"}
    assert ranged_columns(predicate) == {"k", "n"}


def test_an_or_says_nothing_about_a_single_column() -> None:
    assert conditions("a = 1 OR b = 2") == []
    assert columns("a = 1 OR lower(B) = 'x'") == {"a", "b"}


def test_keys_differ_by_operator_class_and_collation() -> None:
    keys = [IndexKey(column="a"), IndexKey(column="a", opclass="text_pattern_ops"), IndexKey(column="a", collation="C")]
    assert len({comparable_key(key) for key in keys}) == len(keys)


def test_a_hostile_expression_costs_nothing() -> None:
    assert comparable("(" * 20_000)
    assert comparable("a AND " * 5_000 + "a")
    assert conditions("NOT " * 2_000 + "a") == []
