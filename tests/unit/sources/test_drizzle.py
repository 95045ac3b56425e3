"""Drizzle's console log among the lines of a web server and of loggers."""

from collections.abc import Iterator
from typing import Any

import pytest

from advisor.model.event import Event
from advisor.sources import drizzle, registry
from advisor.sources.base import Stream, Tally


class Memory:
    """One input in memory."""

    problem = ""

    def __init__(self, text: str) -> None:
        self.name = "console.log"
        self.head = text.encode("utf-8", "surrogateescape")

    def blocks(self) -> Iterator[bytes]:
        yield self.head


def read(text: str, format: Any = drizzle.FORMAT) -> tuple[list[Event], Tally]:
    part, tally = Memory(text), Tally("console.log", format.name)
    return list(format.read(Stream([(part, tally, True)]), tally)), tally


ONE = 'select "id" from "authors" where "authors"."id" = $1'


@pytest.mark.parametrize(
    "line",
    [
        f"Query: {ONE} -- params: [12]",
        f"\x1b[32mQuery:\x1b[0m {ONE} -- params: [12]\x1b[0m",
        f"2026-11-22T04:45:25.083Z debug: Query: {ONE} -- params: [12]",
        f"[04:45:25.083] DEBUG (4711): Query: {ONE} -- params: [12]",
        f" ○ Query: {ONE} -- params: [12]",
        '{"level":20,"time":1764000000123,"msg":"Query: '
        + ONE.replace('"', '\\"')
        + ' -- params: [12]","reqId":"req-7"}',
        '{"level":"debug","message":"Query: '
        + ONE.replace('"', '\\"')
        + ' -- params: [12]","timestamp":"2026-11-22T04:45:25Z"}',
    ],
    ids=["plain", "colours", "winston", "pino-pretty", "next", "pino JSON", "winston JSON"],
)
def test_a_statement_is_found_behind_any_prefix(line: str) -> None:
    assert drizzle.recognises(drizzle.ANSI.sub("", line).encode()) or "\x1b" in line
    (event,), tally = read(line + "\n")
    assert (event.text, event.parameters, event.line) == (ONE, ("12",), 1)
    assert tally.unreadable == 0


def test_parameters_are_text_whatever_their_json_type() -> None:
    (event,), _ = read(f'Query: {ONE} -- params: [1, "a", null, true, 1.5, {{"k": ["x"]}}, "-- params: [9]"]\n')
    assert event.parameters == ("1", "a", None, "true", "1.5", '{"k":["x"]}', "-- params: [9]")
    (event,), _ = read("Query: begin\n")
    assert event.parameters == ()


def test_parameters_that_are_no_json_are_counted_and_the_statement_is_kept() -> None:
    (event,), tally = read(f"Query: {ONE} -- params: [[object Object]]\n")
    assert (event.text, event.parameters, tally.unreadable) == (ONE, None, 1)


def test_a_statement_over_several_lines_ends_at_its_parameters_or_at_the_next_log_line() -> None:
    events, _ = read(
        "Query: \n    select *\n    from t\n    where a = $1\n   -- params: [3]\n"
        "Query: select 1\nfrom u\nserver listening\nQuery: commit\n"
    )
    assert [event.text for event in events] == ["select *\n    from t\n    where a = $1", "select 1\nfrom u", "commit"]
    assert [event.line for event in events] == [1, 6, 9]
    assert events[0].parameters == ("3",)


@pytest.mark.parametrize(
    "answer",
    [
        "GET /api/x?q=1 200 in 34ms",
        " GET /api/x 200 12.345 ms - 55",
        '127.0.0.1 - - [22/Nov/2026:04:45:25 +0000] "GET /api/x HTTP/1.1" 200 55',
        "[express] GET /api/x 200 in 31ms",
        '{"level":30,"msg":"GET /api/x 200 in 3ms"}',
    ],
)
def test_request_lines_bound_the_units_of_work_and_name_the_route(answer: str) -> None:
    events, _ = read(f"Query: {ONE} -- params: [1]\n{answer}\nQuery: {ONE} -- params: [2]\n")
    assert [event.transaction for event in events] == ["request 1", "request 2"]
    assert [event.tags for event in events] == [{"route": "GET /api/x"}, {}]


def test_without_request_lines_there_are_no_units_of_work() -> None:
    events, tally = read(f"Query: {ONE} -- params: [1]\nQuery: {ONE} -- params: [2]\n")
    assert {event.transaction for event in events} == {""}
    assert "no request lines: one unit of work cannot be told from the next" in tally.notes


def test_a_request_id_of_the_logger_is_the_unit_of_work() -> None:
    lines = [f'{{"msg":"Query: select {n}","reqId":"r{n % 2}","time":1764000000000}}' for n in range(4)]
    events, _ = read("\n".join(lines) + "\n")
    assert [event.transaction for event in events] == ["r0", "r1", "r0", "r1"]
    assert events[0].time == 1764000000.0


def test_mysql_statements_are_left_out_and_counted() -> None:
    events, tally = read("Query: select `id` from `t` where `id` = ? -- params: [1]\nQuery: select 1\n")
    assert [event.text for event in events] == ["select 1"]
    assert [(skip.reason, skip.count) for skip in tally.skips()] == [("statement with MySQL's quotes", 1)]


def test_a_server_log_is_not_taken_for_drizzles() -> None:
    log = b"2026-11-22 04:45:25 UTC [1] LOG:  statement: select 'Query: select 1'\n"
    assert not drizzle.recognises(log)
    assert drizzle.FORMAT in registry.FORMATS
