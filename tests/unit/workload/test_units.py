"""Units of work from logs that say little: whole seconds, requests without times, no values; and bounds on memory."""

from collections.abc import Sequence

from advisor.model.event import Event
from advisor.model.workload import Loop
from advisor.workload import units
from advisor.workload.digest import Digester

PARENT, CHILD, OTHER = (
    "SELECT id FROM parent",
    "SELECT a FROM child WHERE parent_id = $1",
    "SELECT b FROM other WHERE c = $1",
)


def loops(events: Sequence[Event]) -> tuple[Loop, ...]:
    digester = Digester()
    for event in events:
        digester.add(event)
    return digester.finish().loops


def console(text: str, value: int | None = None, *, request: str = "") -> Event:
    """A line of an application's console: no time, no session."""
    return Event(text=text, parameters=() if value is None else (str(value),), transaction=request, source="app.log")


def server(text: str, at: float, value: int, *, transaction: str = "", session: str = "7") -> Event:
    return Event(
        text=text, time=at, duration_ms=0.1, session=session, transaction=transaction, parameters=(str(value),)
    )


def test_requests_that_interleave_are_told_apart_by_their_ids() -> None:
    events = [console(PARENT, request=request) for request in ("1", "2")]
    for value in range(6):
        events += [console(CHILD, value, request="1"), console(OTHER, value, request="2")]
    found = loops(events)
    assert sorted(tuple(loop.repeats.items()) for loop in found) == [((6, 1),), ((6, 1),)]
    assert all(loop.confidence == "high" and len(loop.statements) == 1 for loop in found)


def test_without_request_ids_only_what_stands_together_counts() -> None:
    scattered = [
        event for value in range(8) for event in (console(CHILD, value), *map(console, [PARENT] * (value % 3 + 1)))
    ]
    assert loops(scattered) == ()
    (loop,) = loops([console(PARENT), *(console(CHILD, value) for value in range(8)), console(PARENT)])
    assert (loop.repeats, loop.confidence, loop.distinct) == ({8: 1}, "high", 8)


def test_whole_seconds_only_show_pauses_of_seconds() -> None:
    spread = [server(CHILD if value % 2 else PARENT, 1000.0 + 3 * value, value) for value in range(12)]
    assert loops(spread) == ()
    (loop,) = loops([server(PARENT, 1000.0, 0), *(server(CHILD, 1000.0 + value // 4, value) for value in range(9))])
    assert loop.repeats == {9: 1}
    assert any("order alone" in reason for reason in loop.reasons)


def test_a_transaction_without_logged_begin_is_known_by_its_virtual_id() -> None:
    slow = [server(CHILD, 1000.5 + value * 2, value, transaction="3/41") for value in range(6)]
    assert [loop.repeats for loop in loops(slow)] == [{6: 1}]
    apart = [server(CHILD, 1000.5 + value * 2, value, transaction=f"3/{value}") for value in range(6)]
    assert loops(apart) == ()


def test_an_autocommit_loop_has_a_virtual_id_for_each_statement() -> None:
    quick = [server(CHILD, 1000.5 + value / 1000, value, transaction=f"3/{value}") for value in range(6)]
    assert [loop.repeats for loop in loops(quick)] == [{6: 1}]


def test_a_file_of_statements_is_no_record_of_executions() -> None:
    assert loops([Event(text=f"SELECT a FROM t WHERE b = {value}", source="queries.sql") for value in range(9)]) == ()


def test_failed_executions_do_not_count() -> None:
    failed = [
        Event(text=CHILD, time=1000.5 + n / 1000, session="1", parameters=(str(n),), error="deadlock detected")
        for n in range(9)
    ]
    assert loops(failed) == ()


def test_a_window_of_many_thousands_is_counted_whole() -> None:
    events = [Event(text="BEGIN", time=1000.25, session="7")]
    events += [server(CHILD, 1000.5 + value / 1000, value) for value in range(9000)]
    (loop,) = loops(events)
    assert (loop.repeats, loop.distinct, loop.executions) == ({9000: 1}, 9000, 9000)


def test_a_long_run_without_times_is_counted_whole_when_it_fits() -> None:
    events = [console(PARENT), *(console(CHILD, value) for value in range(15_000)), console(PARENT)]
    assert [loop.repeats for loop in loops(events)] == [{15_000: 1}]


def test_sessions_that_never_end_are_closed_and_said_so() -> None:
    digester = Digester()
    sessions = 2 * units.MAX_OPEN + 5
    for number in range(sessions):
        digester.add(Event(text="BEGIN", time=1000.5 + number / 10_000, session=str(number)))
        digester.add(server(CHILD, 1000.5 + number / 10_000, number, session=str(number)))
    workload = digester.finish()
    assert any("closed early" in skip.reason for skip in workload.skipped)
    assert sum(shape.calls for shape in workload.shapes if shape.kind == "select") == sessions
