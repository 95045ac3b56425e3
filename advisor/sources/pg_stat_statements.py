"""Exports of pg_stat_statements, as CSV, JSON or psql's aligned table; `pg_stat_statements_live` reads the view itself.

Each row is all executions of one statement (`calls`, total time); texts are the extension's own, with `$1` for literals.
The view's columns are those of 1.8 to 1.12 (PostgreSQL 13 to 18) and, in exports, of 1.7 (`total_time`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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


def recognises(head: bytes) -> bool:
    """A CSV or psql header, or JSON objects, with `query`, `calls` and a time of the view."""
    return has_columns(head.decode("utf-8-sig", "replace"), {"query", "calls"}, {*TOTALS, *MEANS})


def read(stream: Stream, tally: Tally) -> Iterator[Event]:
    """One event a row of an export. Hidden texts, utility statements and unreadable rows are counted."""
    yield from row_events(read_rows(stream.text(), tally), tally)


def row_events(rows: Iterable[tuple[int, Mapping[str, Any]]], tally: Tally) -> Iterator[Event]:
    """One event a row of the view, given with its line number; what is left out is counted."""
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
