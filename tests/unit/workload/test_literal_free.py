"""The cheap key may split a shape, it must never join two."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from advisor.workload.literal_free import literal_free
from advisor.workload.normalise import normalise

PIECES = st.sampled_from(
    """select from where and or in values ( ) ( ) , , = < > -> ->> #> #>> ~ like ilike interval date_trunc to_char :: ::interval
    any array [ ] null true default "A" "t 1" "t 2" t1 t2 s.t t$1 5 -5 1e5 1.5e-3 .5 'a' 'b' 'a%' '%a' '^a' 'it''s' 'day' '1 day'
    '2 month' E'a\\'b' E'x' N'a' $1 $2 ? %s %(x)s :x @p0 $$ $a$ ' " -- /* */ /*c*/ ; ? ?| + - * . \n é 😀1 savepoint
    similar to extract""".split()
)
STATEMENTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "\n"])), max_size=14).map(
    lambda pieces: "".join(piece + gap for piece, gap in pieces)
)


@settings(max_examples=400)
@given(st.lists(STATEMENTS, min_size=2, max_size=30))
@example(["x->>'a'", "x->>'b'"])
@example(["x-> -1", "x-> -2"])
@example(["like 'a%'", "like '%a'"])
@example(["date_trunc ( 'day', x)", "date_trunc ( 'month', x)"])
@example(['select "t 1"', 'select "t 2"'])
@example(['select "2024"', 'select "2025"'])
@example(["select t$1", "select t$2"])
@example(["select date 'x' from t", "select date /*c*/ from t"])
@example(["values (1), (2)", "values (1)"])
@example(["", "/*c*/select*/"])
@example(["", "/*/select*/"])
def test_statements_with_one_key_have_one_normalised_text(statements: list[str]) -> None:
    by_key: dict[str, tuple[str, str]] = {}
    for statement in statements:
        normalised = normalise(statement).text
        known = by_key.setdefault(literal_free(statement), (normalised, statement))
        assert known[0] == normalised, (known[1], statement)


def test_literals_and_list_lengths_do_not_reach_the_key() -> None:
    assert literal_free("SELECT a FROM t WHERE b = 'x' AND c IN (1, 2, 3)") == literal_free(
        "SELECT a FROM t WHERE b = 'it''s' AND c IN (7)"
    )


def test_a_trailing_comment_does_not_reach_the_key() -> None:
    plain = "SELECT a FROM t WHERE b = 5 "
    assert literal_free(plain + "/*route='/x',traceparent='00-1-2-01'*/") == literal_free(plain)


def test_a_long_insert_has_the_key_of_a_short_one() -> None:
    rows = ", ".join(f"({n}, 'name {n}', NULL)" for n in range(2000))
    more = ", ".join(f"({n}, 'name {n}', {n})" for n in range(1000))
    assert literal_free("INSERT INTO t VALUES " + rows) == literal_free(
        "INSERT INTO t VALUES " + rows + ", (1, 'b', 2)"
    )
    assert normalise("INSERT INTO t VALUES " + more).text == normalise("INSERT INTO t VALUES (1, 'x', NULL)").text
