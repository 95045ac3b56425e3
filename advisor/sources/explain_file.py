"""Files of EXPLAIN output, as JSON or text: one event for each plan, with its statement where the file shows it."""

import re
from collections.abc import Iterator

from advisor.engines.postgres.plan import looks_like_plan, parse_piece, pieces
from advisor.errors import InputError
from advisor.model.event import Event
from advisor.model.plan import Plan
from advisor.sources.base import Format, Stream, Tally

SERVER_LOG = re.compile(rb"(?:LOG|ERROR|STATEMENT):  |\d ms  plan:")


def recognises(head: bytes) -> bool:
    """The head begins like a JSON plan, has psql's `QUERY PLAN` header, or a text plan's first line; it is no server log."""
    return not SERVER_LOG.search(head) and looks_like_plan(head.decode("utf-8-sig", "replace"))


def read(stream: Stream, tally: Tally) -> Iterator[Event]:
    """One event a plan. A broken plan is counted and the others are read; broken XML or YAML raises InputError."""
    found = pieces(stream.text())
    for piece in found:
        try:
            plans = parse_piece(piece)
        except InputError as error:
            if len(found) == 1:
                raise
            tally.skip(f"broken plan: {error.message}", piece.line)
            continue
        if not all(plan.query for plan in plans):
            tally.note(
                "plans without their statement count as one shape: put the statement before each, or use advisor explain"
            )
        for plan in plans:
            yield _event(plan, piece.payload, tally, piece.line)


def _event(plan: Plan, payload: str, tally: Tally, line: int) -> Event:
    root = plan.root
    executed = plan.execution_ms is not None or root.actual_total_ms is not None
    return Event(
        text=plan.query,
        plan=payload,
        duration_ms=(plan.execution_ms if plan.execution_ms is not None else root.actual_total_ms)
        if executed
        else None,
        rows=int(root.actual_rows) if root.actual_rows is not None else None,
        source=tally.name,
        line=line,
    )


FORMAT = Format(name="EXPLAIN output", recognises=recognises, read=read)
