"""Expressions as the server prints them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.engines.postgres.plan.expression import (
    column_name,
    comparison,
    conjuncts,
    disjuncts,
    mask,
    mentions_column,
    sort_key,
    split_list,
)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("(customer_id = 42)", ("customer_id", "=")),
        ("(o.customer_id = $1)", ("customer_id", "=")),
        ('("Users"."UserName" = \'x\'::text)', ("UserName", "=")),
        ("((status)::text = 'open'::text)", ("status", "=")),
        ("(id = ANY ('{1,2}'::integer[]))", ("id", "=")),
        ("(created_at > (now() - '1 day'::interval))", ("created_at", ">")),
        ("(total = (InitPlan 1).col1)", ("total", "=")),
        ("(deleted_at IS NULL)", ("deleted_at", "IS NULL")),
        ("is_active", ("is_active", "=")),
        ("(NOT is_active)", ("is_active", "=")),
        ("(lower(name) = 'x'::text)", None),
        ("(a.x = b.y)", None),
        ("((id % 2) = 0)", None),
        ("((a = 1) OR (b = 2))", None),
        ("(hashed SubPlan 1)", None),
    ],
)
def test_a_comparison_is_one_bare_column_against_a_value(condition: str, found: tuple[str, str] | None) -> None:
    assert comparison(condition) == found


def test_and_and_or_are_split_outside_parentheses_and_strings() -> None:
    assert conjuncts("((a = 1) AND (b = ' AND '::text) AND ((c = 1) OR (d = 2)))") == [
        "a = 1",
        "b = ' AND '::text",
        "(c = 1) OR (d = 2)",
    ]
    assert disjuncts("((a = 1) OR (b = 2))") == ["a = 1", "b = 2"]
    assert conjuncts("") == []


def test_literals_are_masked_and_names_are_not() -> None:
    assert mask("((t1.a2 = 5) AND (\"b 3\" = E'it''s 4'::text) AND (c = $1))") == (
        '((t1.a2 = ?) AND ("b 3" = ?::text) AND (c = $1))'
    )


def test_sort_keys_keep_their_order_apart() -> None:
    assert sort_key("created_at DESC NULLS LAST") == ("created_at", "DESC NULLS LAST")
    assert sort_key("lower(a)") == ("lower(a)", "")
    assert column_name('o."Created At"') == "Created At"
    assert column_name("(count(*))") == ""


@given(st.lists(st.text("ab1', \"()", max_size=8), min_size=1, max_size=5))
def test_a_list_of_quoted_literals_is_split_where_it_was_joined(values: list[str]) -> None:
    items = tuple("'" + value.replace("'", "''") + "'::text" for value in values)
    assert split_list(", ".join(items)) == items
    assert not any(mentions_column(item) for item in items)
    assert mask(", ".join(items)) == ", ".join("?::text" for _ in items)
