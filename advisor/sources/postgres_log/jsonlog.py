"""The server's jsonlog (PostgreSQL 15 and later): one JSON object a line."""

from collections.abc import Iterator

import msgspec

from advisor.model.event import Event
from advisor.sources.base import Format, Opening, Stream, Tally
from advisor.sources.postgres_log.records import Record, RecordReader
from advisor.sources.postgres_log.times import Clock

_decoder = msgspec.json.Decoder(Record)

FIRST_LINES = 200
"""A log that does not show a record within so many lines is something else."""


def recognises(head: bytes) -> bool:
    """Whether one of the first lines is a record (or, cut off by the end of the head, begins like one)."""
    return next(_records(head), None) is not None


def opening(head: bytes) -> Opening:
    """Time of the first record, and whether the file begins with it."""
    number, record = next(_records(head), (0, None))
    return Opening(Clock().read(record.timestamp.encode()) if record else None, number == 0)


def read(stream: Stream, tally: Tally) -> Iterator[Event]:
    """The executions in the log."""
    reader = RecordReader()
    current, number = tally, 0
    for line in stream.lines():
        if stream.tally is not current:
            current, number = stream.tally, 0
        number += 1
        record: Record | None
        try:
            record = _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            record = _mended(line)
        if record is not None:
            reader.enter(record, current, number)
            yield from reader.executions.ready()
        elif line.strip(b" \t\0"):
            current.skip("line that is no record of a jsonlog", number)
    yield from reader.executions.rest()
    for note in reader.notes():
        stream.tally.note(note)


def _mended(line: bytes) -> Record | None:
    """A record after stray NULs, or with bytes that are no UTF-8 (a database in another encoding)."""
    try:
        return _decoder.decode(line.lstrip(b"\0\xef\xbb\xbf").decode("utf-8", "replace"))
    except (msgspec.MsgspecError, RecursionError):
        return None


def _records(head: bytes) -> Iterator[tuple[int, Record]]:
    lines = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", FIRST_LINES)
    for number, line in enumerate(lines[:FIRST_LINES]):
        record = _mended(line)
        if record is not None:
            yield number, record
        elif line.startswith(b'{"timestamp":"') and b'"error_severity":"' in line:
            yield number, Record(timestamp=line[14:40].split(b'"')[0].decode("ascii", "replace"), error_severity="")


FORMAT = Format(name="PostgreSQL jsonlog", recognises=recognises, read=read, opening=opening)
