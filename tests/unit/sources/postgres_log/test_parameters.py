"""Parameter lists under executions."""

from hypothesis import given
from hypothesis import strategies as st

from advisor.sources.postgres_log.parameters import of_context, of_detail, parse_parameters

VALUES = st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8"))


def spelled(values: list[str | None]) -> str:
    """As the server writes them."""
    shown = ("NULL" if value is None else "'" + value.replace("'", "''") + "'" for value in values)
    return ", ".join(f"${number} = {value}" for number, value in enumerate(shown, 1))


@given(st.lists(VALUES, min_size=1))
def test_what_the_server_wrote_is_read_back(values: list[str | None]) -> None:
    assert parse_parameters(spelled(values)) == tuple(values)
    assert of_detail(f"parameters: {spelled(values)}") == tuple(values)
    assert of_detail(f"Parameters: {spelled(values)}") == tuple(values)
    assert of_detail(f"paramètres : {spelled(values)}") == tuple(values)


def test_a_list_that_was_cut_gives_what_is_whole() -> None:
    assert parse_parameters("$1 = '5', $2 = 'abc") == ("5",)


def test_other_details_are_not_parameters() -> None:
    assert of_detail("prepare: prepare p(int) as select * from t where id = $1") is None
    assert of_detail('Key (id)=(1) already exists. parameters: $1 = "x"') is None


def test_parameters_of_a_failure_stand_in_its_context() -> None:
    assert of_context("unnamed portal with parameters: $1 = '7'") == ("7",)
    assert of_context("unbenanntes Portal mit Parametern: $1 = '7', $2 = NULL") == ("7", None)
    assert of_context("PL/pgSQL function f(integer) line 1") is None
