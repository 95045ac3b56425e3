"""The server's stderr log, with any log_line_prefix."""

import re
from collections.abc import Iterator

from advisor.model.event import Event
from advisor.sources.base import Format, Opening, Stream, Tally
from advisor.sources.postgres_log.entries import NEWLINE, split_entries
from advisor.sources.postgres_log.prefix import MAX_PREFIX, is_entry
from advisor.sources.postgres_log.stderr_reader import NAME, STRAY, StderrReader
from advisor.sources.postgres_log.times import TIMESTAMP, Clock

RECOGNISED_SHARE = 0.02
"""Of the lines in the head: statements of many lines that lost their tabs still leave more entries than that."""

_TIME = re.compile(rb"(?<!\d)(?:" + TIMESTAMP + rb"|\d{10}\.\d{3}(?!\d))")


def recognises(head: bytes) -> bool:
    """Whether some lines have a severity where the server puts it. Lines that a container runtime wrapped in JSON are not read."""
    if head.lstrip(STRAY).startswith(b'{"'):
        return False
    lines = [line for line in head.replace(b"\n\t", NEWLINE).split(b"\n") if line.strip()]
    entries = sum(is_entry(line.lstrip(STRAY)) for line in lines)
    return entries > 0 and entries >= RECOGNISED_SHARE * len(lines)


def opening(head: bytes) -> Opening:
    """Time of the first entry, and whether the file begins with it."""
    for number, raw in enumerate(head.split(b"\n")):
        line = raw.lstrip(STRAY)
        if is_entry(line):
            found = _TIME.search(line, 0, MAX_PREFIX)
            return Opening(Clock().read(found[0]) if found else None, number == 0)
    return Opening(None, False)


def read(stream: Stream, tally: Tally) -> Iterator[Event]:
    """The executions in the log. The prefix is inferred, or taken from `stream.prefix`."""
    reader = StderrReader(stream)
    for chunk in split_entries(stream):
        reader.enter(chunk)
        yield from reader.executions.ready()
    reader.finish()
    yield from reader.executions.rest()
    for note in reader.notes():
        stream.tally.note(note)


FORMAT = Format(name=NAME, recognises=recognises, read=read, opening=opening)
