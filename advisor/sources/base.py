"""What every input format shares: the byte stream it reads, the tally it keeps, and how it announces itself.

A format is a module with a constant `FORMAT`, listed in `registry.py`. It turns bytes into events and counts what it could not
read; it never raises for one bad line.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

import msgspec

from advisor.model.event import Event, Skip, SourceSummary

HEAD_BYTES = 256 * 1024
"""What a format may look at before it says whether a file is its own."""

BLOCK_BYTES = 1024 * 1024

EXAMPLES = 3
"""Skips of one kind and file are one line of the report, with the place of the first few."""


class Opening(NamedTuple):
    """How a log file begins."""

    time: float | None
    """Of its first entry (epoch seconds): the files of one log are read in this order."""
    whole: bool
    """False when it starts in the middle of an entry, as rotation by size or by a foreign tool leaves it."""


class Part(Protocol):
    """One file or standard input, opened: decompressed bytes."""

    name: str
    head: bytes
    problem: str
    """Why reading stopped before the end (a truncated archive); empty when it did not."""

    def blocks(self) -> Iterator[bytes]:
        """Everything from the first byte on, in blocks of about BLOCK_BYTES."""
        ...


class Tally:
    """What one file gave: counts, notes and skips. The reader turns it into a SourceSummary."""

    def __init__(self, name: str, label: str) -> None:
        self.name = name
        self.label = label
        """The format in words; a reader that learns more (the prefix of a log) says so here."""
        self.bytes = 0
        self.lines = 0
        self.executions = 0
        self.unreadable = 0
        self.notes: list[str] = []
        self._skips: dict[str, tuple[list[int], int]] = {}

    def skip(self, reason: str, line: int = 0, count: int = 1, *, unreadable: bool = True) -> None:
        """Count something that was left out; `line` is where (0: nowhere in particular).

        `unreadable` is False for something that was understood and is left out on purpose.
        """
        places, total = self._skips.setdefault(reason, ([], 0))
        if line and len(places) < EXAMPLES:
            places.append(line)
        self._skips[reason] = (places, total + count)
        if unreadable:
            self.unreadable += count

    def note(self, text: str) -> None:
        """Say once what this input does not show."""
        if text not in self.notes:
            self.notes.append(text)

    def skips(self) -> list[Skip]:
        """One Skip for each reason."""
        return [
            Skip(
                source=self.name,
                reason=reason,
                example=f"line {', '.join(map(str, places))}" if places else "",
                count=count,
            )
            for reason, (places, count) in sorted(self._skips.items())
        ]

    def summary(self) -> SourceSummary:
        """The counts, for the report."""
        return SourceSummary(
            name=self.name,
            format=self.label,
            bytes=self.bytes,
            lines=self.lines,
            executions=self.executions,
            unreadable=self.unreadable,
            notes=tuple(self.notes),
        )


class Stream:
    """The decompressed bytes of one input: a file, or the files of one log in the order of time.

    `tally` is the one of the file that is being read, so formats count into `stream.tally` or the tally they were given,
    which is the same object for inputs of a single file.
    """

    def __init__(self, parts: Iterable[tuple[Part, Tally, bool]], *, prefix: str | None = None) -> None:
        """`parts`: opened files with their tallies, and whether each begins with a whole entry (see Opening)."""
        self._parts = iter(parts)
        self.prefix = prefix
        """The log_line_prefix that the user gave, if any."""
        self._part, self.tally, _ = next(self._parts)

    @property
    def name(self) -> str:
        """Path of the file that is being read; `-` for standard input."""
        return self._part.name

    @property
    def head(self) -> bytes:
        """The first HEAD_BYTES of the file that is being read (all of it, when it is shorter)."""
        return self._part.head

    def blocks(self) -> Iterator[bytes]:
        """All bytes of all files. Where a file begins with a whole entry, an empty block says that what came before is complete;
        where it begins in mid-entry, it continues the file before.
        """
        while True:
            last = b""
            for last in self._part.blocks():
                self.tally.bytes += len(last)
                self.tally.lines += last.count(b"\n")
                yield last
            unfinished = bool(last) and not last.endswith(b"\n")
            self.tally.lines += unfinished
            if self._part.problem:
                self.tally.skip(self._part.problem, self.tally.lines)
            following = next(self._parts, None)
            if following is None:
                return
            part, tally, whole = following
            if whole:
                if unfinished:
                    yield b"\n"
                yield b""
            self._part, self.tally = part, tally

    def lines(self) -> Iterator[bytes]:
        """All lines, without their line ends (`\\n` or `\\r\\n`) and without a byte order mark."""
        rest: list[bytes] = []
        first = True
        for block in self.blocks():
            if first:
                block, first = block.removeprefix(b"\xef\xbb\xbf"), False
            head, newline, tail = block.rpartition(b"\n")
            if not newline:
                rest.append(tail)
                continue
            rest.append(head)
            yield from (line.removesuffix(b"\r") for line in b"".join(rest).split(b"\n"))
            rest = [tail]
        if any(rest):
            yield b"".join(rest).removesuffix(b"\r")

    def text(self) -> str:
        """The whole input as text: for formats whose files are small. Invalid UTF-8 is replaced."""
        return b"".join(self.blocks()).decode("utf-8-sig", "replace")


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """How one input format is recognised and read."""

    name: str
    """For people: `PostgreSQL csvlog`."""
    recognises: Callable[[bytes], bool]
    """Looks at the head (at most HEAD_BYTES, decompressed, maybe cut in mid-line)."""
    read: Callable[[Stream, Tally], Iterator[Event]]
    """Yields the events; the tally is that of the first file (`stream.tally` follows the file being read)."""
    opening: Callable[[bytes], Opening] | None = None
    """Only for logs that a server continues over several files: these are read as one stream, in order of time."""
