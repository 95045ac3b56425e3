"""What csvlog and jsonlog have in common: one record holds an entry with its DETAIL, CONTEXT and STATEMENT."""

from collections.abc import Iterator

import msgspec

from advisor.sources.base import Tally
from advisor.sources.postgres_log.draft import Draft, Origin
from advisor.sources.postgres_log.executions import Executions
from advisor.sources.postgres_log.times import Clock
from advisor.sources.postgres_log.words import ANY_LANGUAGE, ENGLISH, KINDS


class Record(msgspec.Struct, gc=False):
    """The fields that matter, under jsonlog's names; empty when the server left them out."""

    timestamp: str
    error_severity: str
    message: str = ""
    detail: str = ""
    context: str = ""
    statement: str = ""
    user: str = ""
    dbname: str = ""
    application_name: str = ""
    session_id: str = ""
    vxid: str = ""


class RecordReader:
    """Turns records into executions."""

    def __init__(self) -> None:
        self.executions = Executions()
        self._clock = Clock()

    def notes(self) -> Iterator[str]:
        """What this log does not show."""
        yield from self.executions.silences.notes()
        if self._clock.unknown:
            yield f"time zone {', '.join(sorted(self._clock.unknown))} is not known: taken as UTC"

    def enter(self, record: Record, tally: Tally, line: int) -> None:
        """Take in one record."""
        kind = KINDS.get(record.error_severity, "other")
        if kind == "log":
            self._logged(record, tally, line)
        elif kind == "error":
            self.executions.failed(record.session_id, record.message)
            if record.context:
                self.executions.failed_with(record.session_id, record.context)
            if record.statement:
                self.executions.statement_of_error(self._draft(record, record.statement, tally, line))

    def _logged(self, record: Record, tally: Tally, line: int) -> None:
        message = record.message
        match = ENGLISH.match(message)
        if match is None and not message.startswith("duration: "):
            match = ANY_LANGUAGE.match(message)
        if match is None:
            return
        kind, milliseconds = match.lastgroup, match["ms"]
        duration = None if milliseconds is None else float(milliseconds)
        if kind == "bare":
            if duration is not None:
                self.executions.timed(record.session_id, duration, self._clock.read(record.timestamp.encode()))
            return
        draft = self._draft(record, message[match.end() :], tally, line)
        draft.duration, draft.extended = duration, kind == "extended"
        if kind == "plan":
            if not self.executions.planned(draft, draft.text):
                tally.skip("plan that is cut off, or neither JSON nor text (auto_explain.log_format)", line)
            return
        if duration is None:
            self.executions.announced(draft)
        else:
            self.executions.executed(draft)
        if record.detail:
            self.executions.detailed(record.session_id, record.detail)

    def _draft(self, record: Record, text: str, tally: Tally, line: int) -> Draft:
        session = record.session_id
        origin = Origin(session, record.user, record.dbname, _known(record.application_name), record.vxid)
        return Draft(text, self._clock.read(record.timestamp.encode()), session, origin, tally.name, line)


def _known(name: str) -> str:
    return "" if name == "[unknown]" else name
