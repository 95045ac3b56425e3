"""A log without times whose lines tell requests apart, as Drizzle's console with a web server's lines."""

from advisor.model.event import Event
from advisor.model.workload import Loop
from advisor.workload.digest import Digester

ROW, TOTAL = "SELECT name FROM parent WHERE id = $1", "SELECT count(*) FROM child WHERE parent_id = $1"


def loops(*requests: list[tuple[str, int]]) -> tuple[Loop, ...]:
    digester = Digester()
    for number, statements in enumerate(requests, 1):
        for text, value in statements:
            digester.add(Event(text=text, parameters=(str(value),), transaction=f"request {number}", source="console"))
    return digester.finish().loops


def test_requests_of_one_statement_are_not_joined_to_a_loop() -> None:
    assert loops(*([(ROW, n)] for n in range(20))) == ()


def test_a_loop_that_starts_in_the_middle_of_an_iteration_is_the_same_loop() -> None:
    pairs = [step for n in range(10) for step in ((ROW, n), (TOTAL, n))]
    (loop,) = loops(pairs, pairs[1:])
    assert loop.windows == 2
    assert loop.distinct == 10
