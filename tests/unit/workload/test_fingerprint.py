"""Fingerprints: what never splits a shape, what must never be joined, and ids that outlive versions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.workload.fingerprint import fingerprint
from advisor.workload.literal_free import literal_free

GOLDEN = Path(__file__).parents[2] / "golden" / "fingerprints.tsv"
"""Tab separated: id in database `shop`, kind, normalised text, statement (newline as `\\n`)."""

SAME = [
    ("SELECT a FROM t WHERE b = 5", "select A from T where B=  7 -- why", "SELECT a FROM t WHERE b = 'x'"),
    ("SELECT a FROM t WHERE b = $1", "SELECT a FROM t WHERE b = ?", "SELECT a FROM t WHERE b=%s"),
    ("SELECT a FROM t WHERE b = $1", "SELECT a FROM t WHERE b = :b", "SELECT a FROM t WHERE b = @p0"),
    ("SELECT a FROM t WHERE b = %(b_1)s", "SELECT a FROM t WHERE b = -5", "SELECT a FROM t WHERE b=-1.5e-3;"),
    ("SELECT a FROM t WHERE b IN (1)", "SELECT a FROM t WHERE b IN (1, 2, NULL)", "SELECT a FROM t WHERE b in (%s,%s)"),
    ("SELECT a FROM t WHERE b = ANY(ARRAY[1])", "SELECT a FROM t WHERE b = any (array[1,2,3])"),
    ("SELECT a FROM t WHERE b = ANY('{1,2}')", "SELECT a FROM t WHERE b = ANY($1)"),
    ("INSERT INTO t VALUES (1, 'x')", "INSERT INTO t VALUES (1, NULL), (2, 'y'), (3, DEFAULT)"),
    ("INSERT INTO t VALUES (1, now())", "INSERT INTO t VALUES (1, now()), (2, now())"),
    ("SELECT a FROM t WHERE (b, c) IN ((1, 2))", "SELECT a FROM t WHERE (b, c) IN ((1, 2), (3, 4))"),
    ("SELECT a /* x /* nested */ y */ FROM t", "SELECT a FROM t"),
    (
        "SELECT a FROM t WHERE b = E'it\\'s'",
        "SELECT a FROM t WHERE b = $q$it's$q$",
        "SELECT a FROM t WHERE b = 'it''s'",
    ),
    ("SELECT a FROM t WHERE b LIKE 'a%'", "SELECT a FROM t WHERE b LIKE 'other%'"),
    ("SELECT a FROM t WHERE b > now() - interval '1 day'", "SELECT a FROM t WHERE b > now() - interval '30 days'"),
    ("UPDATE t SET a = NULL WHERE b = 1", "UPDATE t SET a = 'x' WHERE b = 2"),
    ('SAVEPOINT "s140_x1"', "SAVEPOINT s2"),
    ("SELECT a FROM t WHERE b <> 1", "SELECT a FROM t WHERE b != 1"),
    ("SELECT a FROM t LIMIT 5 OFFSET 10", "SELECT a FROM t LIMIT $1 OFFSET $2"),
]

APART = [
    ("SELECT a FROM s1.t", "SELECT a FROM s2.t", "SELECT a FROM t"),
    ("SELECT a FROM orders_2024", "SELECT a FROM orders_2025"),
    ('SELECT "A" FROM t', 'SELECT "a" FROM t'),
    ('SELECT a FROM "Orders 2024"', 'SELECT a FROM "Orders 2025"'),
    ("SELECT a FROM t$1", "SELECT a FROM t$2"),
    ("SELECT d->>'a' FROM t", "SELECT d->>'b' FROM t", "SELECT d->'a' FROM t"),
    ("SELECT d->0 FROM t", "SELECT d->1 FROM t", "SELECT d-> -1 FROM t"),
    ("SELECT d #> '{a,b}' FROM t", "SELECT d #> '{a,c}' FROM t"),
    ("SELECT d['a'] FROM t", "SELECT d['b'] FROM t"),
    ("SELECT a FROM t LIMIT 5", "SELECT a FROM t OFFSET 5", "SELECT a FROM t LIMIT 5 OFFSET 9"),
    ("SELECT a FROM t WHERE b LIKE 'a%'", "SELECT a FROM t WHERE b LIKE '%a'", "SELECT a FROM t WHERE b LIKE '%a%'"),
    ("SELECT a FROM t WHERE b LIKE 'a'", "SELECT a FROM t WHERE b LIKE 'a%'", "SELECT a FROM t WHERE b ILIKE 'a'"),
    ("SELECT a FROM t WHERE b ~ '^a'", "SELECT a FROM t WHERE b ~ 'a'"),
    ("SELECT date_trunc('day', a) FROM t", "SELECT date_trunc('month', a) FROM t"),
    (
        "SELECT a + interval '1 day' FROM t",
        "SELECT a + interval '1 month' FROM t",
        "SELECT a + '1 hour'::interval FROM t",
    ),
    ("SELECT to_char(a, 'YYYY') FROM t", "SELECT to_char(a, 'MM') FROM t"),
    ("SELECT a FROM t ORDER BY b", "SELECT a FROM t ORDER BY b DESC", "SELECT a FROM t ORDER BY b NULLS FIRST"),
    ("SELECT a FROM t WHERE b = 1", "SELECT a FROM t WHERE b IN (1)", "SELECT a FROM t WHERE b > 1"),
    ("SELECT a FROM t", "SELECT DISTINCT a FROM t", "SELECT a FROM t FOR UPDATE"),
    ("SELECT a FROM t WHERE b IS NULL", "SELECT a FROM t WHERE b IS NOT NULL", "SELECT a FROM t WHERE b = 1"),
    ("SELECT a FROM t WHERE b = true", "SELECT a FROM t WHERE b = false"),
    ("SELECT coalesce(a, 1) FROM t", "SELECT coalesce(a, 1, 2) FROM t"),
    ("SELECT a FROM t WHERE b IN (1)", "SELECT a FROM t WHERE b NOT IN (1)", "SELECT a FROM t WHERE b IN (SELECT 1)"),
    ("SELECT a FROM t WHERE b = 1 AND c = 2", "SELECT a FROM t WHERE c = 1 AND b = 2"),
    ("SELECT date FROM t", "SELECT date 'x' FROM t"),
]


@pytest.mark.parametrize("statements", SAME, ids=lambda statements: statements[1][:60])
def test_one_query_written_differently_is_one_shape(statements: tuple[str, ...]) -> None:
    assert len({fingerprint(statement).text for statement in statements}) == 1


@pytest.mark.parametrize("statements", APART, ids=lambda statements: statements[0][:60])
def test_twins_stay_apart(statements: tuple[str, ...]) -> None:
    assert len({fingerprint(statement).id for statement in statements}) == len(statements)
    assert len({literal_free(statement) for statement in statements}) == len(statements)


def test_the_same_statement_in_another_database_is_another_shape() -> None:
    ids = {fingerprint("SELECT 1", database=name).id for name in ("", "shop", "users")}
    assert len(ids) == 3
    assert fingerprint("SELECT 1", engine="mongodb").id not in ids


@pytest.mark.parametrize("line", GOLDEN.read_text().splitlines(), ids=lambda line: line.split("\t")[0])
def test_fingerprints_never_change(line: str) -> None:
    id, kind, text, statement = line.split("\t")
    assert fingerprint(statement.replace("\\n", "\n"), database="shop") == (id, text, kind)


@given(st.text())
def test_any_text_has_a_fingerprint(text: str) -> None:
    found = fingerprint(text)
    assert len(found.id) == 16
    assert literal_free(text) == literal_free(text)


@given(st.text(alphabet="('\"$a1,[)]-*/E\\ ;:%?in"))
def test_any_mixture_of_delimiters_has_a_fingerprint(text: str) -> None:
    assert len(fingerprint(text).id) == 16


@given(st.sampled_from([pair[0] for pair in SAME + APART]), st.integers(0, 80))
def test_a_statement_cut_off_anywhere_has_a_shape(statement: str, length: int) -> None:
    assert len(fingerprint(statement[:length]).id) == 16


def test_a_statement_cut_inside_a_list_or_a_string_has_the_shape_of_others_cut_there() -> None:
    assert fingerprint("SELECT a FROM t WHERE b IN (1, 2, 3").id == fingerprint("SELECT a FROM t WHERE b IN (4").id
    assert fingerprint("SELECT a FROM t WHERE b = 'x").id == fingerprint("SELECT a FROM t WHERE b = 'yy").id


HOSTILE = ["(", "in (", "'", "''", '"', "/*", "$a$", "E'\\", "values (", "array[", "(1),", ",(", "--", "?", "$a$ $b$ "]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_text_of_delimiters_comes_to_an_end(piece: str) -> None:
    # With work that grew with the square of the length this would not end within the life of the test machine.
    text = "SELECT 1 WHERE a IN " + piece * (300_000 // len(piece))
    assert len(fingerprint(text).id) == 16
    assert literal_free(text)
