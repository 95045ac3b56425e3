"""A server writes its log in three formats and under many prefixes: all of them say what the client knows it did."""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from advisor.engines.postgres import servers
from advisor.model.event import Event
from advisor.sources import open_sources

PREFIXES = [
    "%m [%p] ",
    "%m [%p] %q%u@%d ",
    "%t:%r:%u@%d:[%p]:",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%n %c %v %x %e %i ",
    "",
]
SETTINGS = {
    "logging_collector": "on",
    "log_destination": "stderr,csvlog,jsonlog",
    "log_directory": "log",
    "log_filename": "server.log",
    "log_min_duration_statement": "0",
}
PAIRS = {"log_min_duration_statement": "-1", "log_statement": "all", "log_duration": "on"}
QUOTED = 'it\'s\n\ta "test" \\ é日本'

Done = tuple[str, tuple[str | None, ...] | None, bool]
"""Text, parameters, whether it failed."""


def run(dsn: str, application: str) -> list[Done]:
    """Both protocols, a cursor, failures and a timeout; what was executed, as the server must log it."""
    done: list[Done] = []

    def execute(
        connection: psycopg.Connection[tuple[object, ...]], text: str, *values: str | None, fails: bool = False
    ) -> None:
        with psycopg.RawCursor(connection) as cursor:
            try:
                cursor.execute(text.encode(), values or None)
            except psycopg.Error:
                assert fails
            else:
                assert not fails
        done.append((text, values or None, fails))

    with psycopg.connect(dsn, autocommit=True, application_name=application) as connection:
        execute(connection, "create temp table t (a text, b text)")
        execute(connection, "insert into t values ($1, $2)", QUOTED, None)
        for number in range(7):
            execute(connection, "select b\nfrom t\n\twhere a = $1", str(number))
        execute(connection, "select 1 as one; select 'it''s' as two")
        execute(connection, "select * from nowhere", fails=True)
        execute(connection, "set statement_timeout = '30ms'")
        execute(connection, "select pg_sleep(5)", fails=True)
        execute(connection, "reset statement_timeout")
        execute(connection, "begin")
        execute(connection, "declare k cursor for select g from generate_series(1, 50) g")
        execute(connection, "fetch 20 from k")
        execute(connection, "commit")
    return done


@pytest.fixture(scope="module", params=[18, 16])
def server(request: pytest.FixtureRequest) -> Iterator[servers.Server]:
    installation = next(i for i in servers.embedded() if i.major == request.param)
    with servers.start(installation, SETTINGS) as running:
        yield running


def logged(server: servers.Server, ending: str, application: str, folder: Path) -> list[Event]:
    """The events of one run, told apart from the others by time and, where the prefix does not show it, by copying the file."""
    path = folder / f"{application}.{ending}"
    path.write_bytes((server.data_directory / "log" / f"server.{ending}").read_bytes())
    return list(open_sources([str(path)]))


def restart_log(server: servers.Server, settings: dict[str, str]) -> None:
    with psycopg.connect(server.dsn(), autocommit=True, application_name="setup") as connection:
        for name, value in settings.items():
            connection.execute(f"alter system set {name} = '{value}'".encode())
        connection.execute("select pg_reload_conf()")
    time.sleep(0.2)
    for path in (server.data_directory / "log").iterdir():
        with path.open("r+b") as file:
            file.truncate(0)


@pytest.mark.server
@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("apart", [False, True], ids=["together", "apart"])
def test_every_format_and_prefix_tells_what_was_executed(
    server: servers.Server, prefix: str, apart: bool, tmp_path: Path
) -> None:
    durations = (
        PAIRS if apart else {name: SETTINGS.get(name, "off" if "duration" in name else "none") for name in PAIRS}
    )
    restart_log(server, {**durations, "log_line_prefix": prefix})
    done = run(server.dsn(), "shop")
    time.sleep(0.3)
    sessions = "%p" in prefix or "%c" in prefix
    for ending in ("log", "csv", "json"):
        found = logged(server, ending, "shop", tmp_path)
        assert [(e.text, bool(e.error)) for e in found] == [(text, failed) for text, _, failed in done], ending
        for event, (text, parameters, failed) in zip(found, done, strict=True):
            if not failed:
                assert event.parameters == parameters, (ending, text)
            if ending != "log" or sessions or not apart:
                assert (event.duration_ms is None) == failed, (ending, text)
