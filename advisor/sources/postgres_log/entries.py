"""Splitting a stderr log into entries without looking at each line.

The server writes a newline inside a message as newline and tab, so an entry is a line and the lines after it that begin with a
tab. The two characters become one NUL, which no statement can contain, and one `split` gives all entries of a block.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from advisor.sources.base import Stream, Tally

NEWLINE = b"\0"
"""Stands for newline and tab inside an entry."""

CRLF_SHARE = 0.95
"""A log whose lines nearly all end with CR LF was converted; otherwise a CR belongs to the statement."""


class Chunk(NamedTuple):
    """Whole entries in file order, the file they are from, and the line number of the first."""

    tally: Tally
    line: int
    entries: list[bytes]


def whole_chunks(stream: Stream, boundary: Callable[[bytes], int]) -> Iterator[tuple[Tally, int, bytes]]:
    """The stream cut between entries: file, number of the first line, bytes.

    `boundary` finds in a block the place before which all entries are complete, 0 if there is none. Time is linear in the size,
    even of a single entry of any length.
    """
    tally, line = stream.tally, 1
    pending: list[bytes] = []
    for block in stream.blocks():
        if stream.tally is not tally:
            tally, line = stream.tally, 1 - sum(piece.count(b"\n") for piece in pending)
        cut = boundary(block) if block else 0
        if block and not cut:
            pending.append(block)
            continue
        whole = b"".join((*pending, block[:cut]))
        pending = [block[cut:]] if cut < len(block) else []
        if whole:
            yield tally, line, whole
            line += whole.count(b"\n")
    if whole := b"".join(pending):
        yield tally, line, whole


def split_entries(stream: Stream) -> Iterator[Chunk]:
    """All entries of all files of a stderr log."""
    current, crlf = stream.tally, _has_crlf(stream.head)
    for tally, line, whole in whole_chunks(stream, _last_boundary):
        if tally is not current:
            current, crlf = tally, _has_crlf(stream.head)
        # Where a file continues the entry of the one before, its first lines would count from below one.
        yield Chunk(tally, max(line, 1), _entries(whole, crlf))


def _last_boundary(block: bytes) -> int:
    """Where the last entry that is known to be complete ends: behind a newline that no tab follows. 0 when there is none."""
    place = block.rfind(b"\n", 0, len(block) - 1)
    while place >= 0:
        if block[place + 1] != 9:
            return place + 1
        place = block.rfind(b"\n", 0, place)
    return 0


def _entries(whole: bytes, crlf: bool) -> list[bytes]:
    if crlf:
        whole = whole.replace(b"\r\n", b"\n")
    entries = whole.replace(b"\n\t", NEWLINE).split(b"\n")
    if not entries[-1]:
        entries.pop()
    return entries


def _has_crlf(head: bytes) -> bool:
    newlines = head.count(b"\n")
    return newlines > 0 and head.count(b"\r\n") >= CRLF_SHARE * newlines
