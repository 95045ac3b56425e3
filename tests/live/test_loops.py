"""Loops found in the log of a real server that real drivers talked to: every loop with exact counts, and nothing else."""

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest

from advisor.engines.postgres import servers
from advisor.model.event import Event
from advisor.model.workload import Workload
from advisor.sources import open_sources
from advisor.workload.digest import Digester
from tests.live.loop_scenarios import EXPECTED, PAUSE, SCHEMA

LOGGING = {
    "log_min_duration_statement": "0",
    "log_line_prefix": "%m [%c] %v %q%u@%d/%a ",
    "log_parameter_max_length": "-1",
    "autovacuum": "off",
    "logging_collector": "on",
    "log_destination": "stderr,csvlog,jsonlog",
    "log_directory": "log",
    "log_filename": "server.log",
}
FORMATS = ("log", "csv", "json")


@pytest.fixture(scope="module")
def workloads() -> dict[str, Workload]:
    """All scenarios, each in its own database and named after it, through one server log in three formats."""
    installation = servers.embedded()[0]
    with servers.start(installation, LOGGING) as server:
        for scenario in EXPECTED:
            _run(server, scenario.__name__, scenario)
        time.sleep(1)  # the collector writes on its own
        folder = server.data_directory / "log"
        return {suffix: _digest(list(open_sources([str(folder / f"server.{suffix}")]))) for suffix in FORMATS}


def _digest(events: list[Event]) -> Workload:
    digester = Digester()
    for event in _without_load(events):
        digester.add(event)
    return digester.finish()


def _run(server: servers.Server, database: str, scenario: Any) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}")
    with psycopg.connect(server.dsn(database), autocommit=True) as connection:
        connection.execute("SET log_min_duration_statement = -1")
        connection.execute(SCHEMA)
    scenario(lambda **options: psycopg.connect(server.dsn(database), application_name="shop", **options))


def _without_load(events: list[Event]) -> Iterator[Event]:
    """The events with every unintended pause shortened to a millisecond: the machine's load is not under test."""
    shift, previous = 0.0, None
    for event in sorted((event for event in events if event.time is not None), key=lambda event: event.time or 0.0):
        assert event.time is not None
        pause = event.time - (event.time if previous is None else previous)
        previous = event.time
        if 0.001 < pause < PAUSE * 0.9:
            shift += pause - 0.001
        yield msgspec.structs.replace(event, time=event.time - shift)


@pytest.mark.server
@pytest.mark.parametrize("scenario", EXPECTED, ids=lambda scenario: scenario.__name__)
def test_scenario(workloads: dict[str, Workload], scenario: Any) -> None:
    workload = workloads["log"]
    texts = {shape.id: shape.text for shape in workload.shapes}
    loops = [loop for loop in workload.loops if loop.database == scenario.__name__]
    found = [
        (loop.kind, len(loop.statements), tuple(n for n, times in loop.repeats.items() for _ in range(times)), loop)
        for loop in loops
    ]
    expected = EXPECTED[scenario]
    assert sorted(entry[:3] for entry in found) == sorted(entry[:3] for entry in expected), [
        (loop.kind, loop.repeats, [texts[id] for id in loop.statements], loop.reasons) for loop in loops
    ]
    for kind, statements, repeats, part in expected:
        assert any(part in texts[entry[3].statements[0]] for entry in found if entry[:3] == (kind, statements, repeats))


@pytest.mark.server
@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_the_loops_are_the_same_in_every_format(workloads: dict[str, Workload], suffix: str) -> None:
    def without_places(workload: Workload) -> list[Any]:
        return [msgspec.structs.replace(loop, locations=()) for loop in workload.loops]

    assert without_places(workloads[suffix]) == without_places(workloads["log"])
