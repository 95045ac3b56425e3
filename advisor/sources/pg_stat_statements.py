"""pg_stat_statements: its view on a live server, and exports of it as CSV, JSON or psql's aligned table.

Each row is all executions of one statement (`calls`, total time); texts are the extension's own, with `$1` for literals.
The view's columns are those of 1.8 to 1.12 (PostgreSQL 13 to 18) and, in exports, of 1.7 (`total_time`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from psycopg import errors

from advisor.engines.postgres.connect import connect, fetch
from advisor.errors import ConnectionFailed
from advisor.model.event import Event
from advisor.sources.base import Format, Stream, Tally
from advisor.sources.statements_export import has_columns, read_rows

TOTALS = ("total_exec_time", "total_time")
MEANS = ("mean_exec_time", "mean_time")
DATABASES = ("datname", "database", "database_name", "dbname")
USERS = ("rolname", "usename", "username", "user")
HIDDEN = "<insufficient privilege>"
DATA = re.compile(
    r"[\s(]*(?:(?:--[^\n]*\n|/\*.*?\*/)[\s(]*)*(?:select|insert|update|delete|merge|with|values|table)\b", re.I | re.S
)
OWN = "/* advisor */"

INSTALLED = """/* advisor */
SELECT set_config('search_path', quote_ident(n.nspname), true)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'
"""
"""Also makes the view's schema the one that is searched: Supabase and others keep extensions in a schema of their own."""
ROWS = """/* advisor */
SELECT s.query, s.calls, s.total_exec_time, s.rows, d.datname, r.rolname
FROM pg_stat_statements s LEFT JOIN pg_database d ON d.oid = s.dbid LEFT JOIN pg_roles r ON r.oid = s.userid
WHERE d.datname = current_database() ORDER BY s.total_exec_time DESC, s.queryid
"""
INSTALL = (
    "Put pg_stat_statements into shared_preload_libraries, restart the server, and run "
    "`CREATE EXTENSION pg_stat_statements` in this database; or give a log file instead."
)


def recognises(head: bytes) -> bool:
    """A CSV or psql header, or JSON objects, with `query`, `calls` and a time of the view."""
    return has_columns(head.decode("utf-8-sig", "replace"), {"query", "calls"}, {*TOTALS, *MEANS})


def read(stream: Stream, tally: Tally) -> Iterator[Event]:
    """One event a row of an export. Hidden texts, utility statements and unreadable rows are counted."""
    yield from _events(read_rows(stream.text(), tally), tally)


def pg_stat_statements_events(dsn: str, tally: Tally | None = None) -> Iterator[Event]:
    """One event a row of the view, for the database of `dsn`, slowest in total first.

    Reads in a READ ONLY transaction. ConnectionFailed when the extension is missing or not loaded, or shows this role no texts.
    """
    tally = tally or Tally("pg_stat_statements", FORMAT.name)
    with connect(dsn) as connection:
        if not fetch(connection, INSTALLED):
            raise ConnectionFailed("pg_stat_statements is not installed in this database", INSTALL)
        try:
            rows = fetch(connection, ROWS)
        except errors.ObjectNotInPrerequisiteState as error:
            raise ConnectionFailed("pg_stat_statements is not in shared_preload_libraries", INSTALL) from error
    seen = [row for row in rows if OWN not in str(row["query"])]
    if seen and all(row["query"] == HIDDEN for row in seen):
        hint = "Run `GRANT pg_read_all_stats TO` this role, or connect as a role that has it."
        raise ConnectionFailed("this role may not see the statements of others in pg_stat_statements", hint)
    for event in _events(enumerate(rows, 1), tally):
        tally.executions += event.calls
        yield event


def _events(rows: Iterable[tuple[int, Mapping[str, Any]]], tally: Tally) -> Iterator[Event]:
    tally.note("no parameters and no order of execution: N+1 loops cannot be seen here")
    for line, row in rows:
        text = str(row.get("query") or "").strip()
        calls, total = _number(row, ("calls",)), _number(row, TOTALS)
        if calls and total is None and (mean := _number(row, MEANS)) is not None:
            total = mean * calls
        if HIDDEN in text:
            tally.skip("text hidden: read the view as a member of pg_read_all_stats", line, unreadable=False)
        elif not text or calls is None or calls < 1 or total is None:
            tally.skip("row without a text, a number of calls or a time", line)
        elif OWN in text:
            tally.skip("the advisor's own statement", line, unreadable=False)
        elif not DATA.match(text):
            tally.skip("utility statement", line, unreadable=False)
        else:
            rows_returned = _number(row, ("rows",))
            yield Event(
                text=text,
                calls=int(calls),
                duration_ms=total,
                rows=None if rows_returned is None else int(rows_returned),
                database=_word(row, DATABASES),
                user=_word(row, USERS),
                source=tally.name,
                line=line,
            )


def _number(row: Mapping[str, Any], names: Iterable[str]) -> float | None:
    value = next((row[name] for name in names if row.get(name) not in (None, "")), None)
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None


def _word(row: Mapping[str, Any], names: Iterable[str]) -> str:
    return str(next((row[name] for name in names if row.get(name)), ""))


FORMAT = Format(name="pg_stat_statements", recognises=recognises, read=read)
