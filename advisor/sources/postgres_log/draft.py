"""Draft: an execution that may still learn something from later entries, before it becomes an event."""

from typing import NamedTuple

import msgspec

from advisor.model.event import Event
from advisor.sources.tags import read_tags

UNTAGGED: tuple[dict[str, str], str] = ({}, "")


class Origin(NamedTuple):
    """Who sent a statement. Empty where the log does not say."""

    session: str
    user: str
    database: str
    application: str
    transaction: str


class Draft(msgspec.Struct, gc=False):
    """Text, time and duration as in the event; `extended` tells the protocol."""

    text: str
    time: float | None
    session: str
    origin: Origin
    source: str
    line: int
    duration: float | None = None
    extended: bool = False
    parameters: tuple[str | None, ...] | None = None
    plan: str | None = None
    error: str = ""
    claimed: bool = False
    """Only for plans: its execution was found, so it is none of its own."""

    def event(self) -> Event:
        """The finished event."""
        text = self.text
        tags, trace = read_tags(text) if "/*" in text else UNTAGGED
        session, user, database, application, transaction = self.origin
        return Event(
            text=text,
            time=self.time,
            duration_ms=self.duration,
            database=database,
            user=user,
            application=application,
            session=session,
            # A backend that is in no transaction says 3/0.
            transaction="" if transaction.endswith("/0") else transaction,
            trace=trace,
            parameters=self.parameters,
            plan=self.plan,
            error=self.error,
            tags=tags,
            source=self.source,
            line=self.line,
        )
