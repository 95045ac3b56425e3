"""Constants beside parameters: a predicate may come from one only when every execution had the same."""

import pytest

from advisor.engines.postgres.shape.sql import parse_shape
from advisor.model.event import Event
from advisor.model.workload import VARYING, Shape, Workload
from advisor.workload.digest import Digester
from advisor.workload.merge import merge

PENDING = "SELECT id FROM jobs WHERE queue = $1 AND state = 'pending'"
FAILED = "SELECT id FROM jobs WHERE queue = $1 AND state = 'failed'"
PASTED = "SELECT id FROM jobs WHERE queue = 7 AND state = 'pending'"


def shape(*texts: str) -> Shape:
    digester = Digester()
    for text in texts:
        digester.add(Event(text=text, parameters=("7",) if "$1" in text else None))
    (found,) = digester.finish().shapes
    return found


def test_a_constant_that_never_varies_is_one_of_the_statement() -> None:
    assert parse_shape(shape(PENDING, PENDING, f"{PENDING} /*route='a'*/")).constants


def test_a_constant_that_varies_is_a_value() -> None:
    assert shape(PENDING, FAILED).constants == VARYING
    assert not parse_shape(shape(PENDING, FAILED)).constants


def test_values_pasted_into_the_text_are_no_constants() -> None:
    assert shape(PASTED).constants == ""
    assert not parse_shape(shape(PASTED)).constants


@pytest.mark.parametrize(("one", "other"), [(PENDING, FAILED), (PENDING, PENDING)])
def test_merged_digests_know_the_same_as_one(one: str, other: str) -> None:
    merged = merge(digest(one), digest(other))
    assert merged.shapes[0].constants == shape(one, other).constants


def digest(text: str) -> Workload:
    digester = Digester()
    digester.add(Event(text=text, parameters=("7",)))
    return digester.finish()
