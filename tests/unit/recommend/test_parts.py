"""Merging, the price of writes, stable ids, and the server's words without values."""

from hypothesis import given
from hypothesis import strategies as st

from advisor.model.catalog import Catalog, Column, ColumnStatistics, Table
from advisor.model.index import IndexKey, IndexSpec
from advisor.model.recommendation import Candidate
from advisor.recommend.advice import without_values
from advisor.recommend.explain import confidence, recommendation_id
from advisor.recommend.merge import merge
from advisor.recommend.write_cost import stored_columns, write_cost


def spec(*columns: str, include: tuple[str, ...] = (), predicate: str = "") -> IndexSpec:
    return IndexSpec("public", "orders", tuple(IndexKey(column) for column in columns), include, predicate)


def candidate(made: IndexSpec, *shapes: str) -> Candidate:
    return Candidate(spec=made, shapes=shapes, reasons=("why",))


def test_the_same_index_for_two_shapes_is_one_candidate() -> None:
    (found,) = merge([candidate(spec("a"), "1"), candidate(spec("a"), "2")])
    assert found.shapes == ("1", "2")


def test_include_lists_are_united() -> None:
    found = {
        c.spec: c.shapes
        for c in merge([candidate(spec("a", include=("x",)), "1"), candidate(spec("a", include=("y",)), "2")])
    }
    assert found[spec("a", include=("x", "y"))] == ("1", "2") or found[spec("a", include=("y", "x"))] == ("1", "2")


def test_a_longer_key_takes_over_what_a_shorter_one_includes() -> None:
    found = {c.spec for c in merge([candidate(spec("a", include=("x",)), "1"), candidate(spec("a", "t"), "2")])}
    assert spec("a", "t", include=("x",)) in found


def test_other_rows_are_another_index() -> None:
    made = [candidate(spec("a", include=("x",)), "1"), candidate(spec("a", predicate="b IS NULL"), "2")]
    assert {c.spec for c in merge(made)} == {c.spec for c in made}


SPECS = st.builds(
    lambda keys, include, predicate: spec(*keys, include=tuple(sorted(set(include) - set(keys))), predicate=predicate),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from("wxyz"), max_size=3, unique=True),
    st.sampled_from(["", "a IS NULL"]),
)


@given(st.lists(SPECS, max_size=6))
def test_merging_keeps_every_candidate_and_does_not_depend_on_their_order(specs: list[IndexSpec]) -> None:
    made = [candidate(one, str(number)) for number, one in enumerate(specs)]
    merged = {c.spec for c in merge(made)}
    assert set(specs) <= merged
    assert merged == {c.spec for c in merge(reversed(made))}
    assert all(not set(c.include) & {key.column for key in c.keys} for c in merged)


def column(name: str, width: int) -> Column:
    return Column(name=name, type="text", statistics=(ColumnStatistics(null_frac=0, avg_width=width, n_distinct=1),))


TABLE = Table(schema="public", name="orders", columns=(column("a", 8), column("x", 65)))


def test_write_cost_is_the_width_of_the_entry_against_that_of_the_row() -> None:
    assert write_cost(spec("a"), TABLE) == (8 + 8) / (27 + 73)
    assert write_cost(spec("a"), TABLE, 0.5) == (8 + 8) / (27 + 73) / 2
    assert write_cost(spec("a", include=("x",)), TABLE) == (8 + 73) / (27 + 73)


def test_columns_of_keys_include_and_predicate_are_stored() -> None:
    assert stored_columns(spec("a", predicate="x IS NULL"), TABLE) == {"a", "x"}


def test_ids_depend_on_the_definition_and_the_database_only() -> None:
    assert recommendation_id(spec("a"), "shop") == recommendation_id(spec("a"), "shop")
    assert (
        len(
            {
                recommendation_id(spec("a"), "shop"),
                recommendation_id(spec("b"), "shop"),
                recommendation_id(spec("a"), "x"),
            }
        )
        == 3
    )
    assert len(recommendation_id(spec("a"), "shop")) == 12


def test_the_servers_words_come_without_values() -> None:
    assert without_values('invalid input syntax for type integer: "secret"') == "invalid input syntax for type integer"
    assert "99999" not in without_values('value "99999" is out of range for type smallint')
    assert without_values('relation "orders" does not exist') == 'relation "orders" does not exist'


def test_confidence_is_low_where_nothing_is_known_about_a_key_column() -> None:
    known = ColumnStatistics(null_frac=0, avg_width=8, n_distinct=-1)
    columns = (Column(name="a", type="bigint", statistics=(known,)), Column(name="b", type="text"))
    table = Table(schema="public", name="t", columns=columns, rows=1000)
    on_a, on_b = (IndexSpec("public", "t", (IndexKey(name),)) for name in "ab")
    assert confidence(on_a, Catalog(), table, ()).level == "high"
    assert confidence(on_b, Catalog(), table, ()) == (
        "low",
        ("Confidence: there are no statistics of b: not analysed, or not visible to this role.",),
    )
