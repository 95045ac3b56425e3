"""Reader: which files there are, what each of them is, and the events of all of them.

Owns the decisions that concern several files: order by time, the same log given twice or in two formats, an empty file among
others. Does not know any format.
"""

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from advisor.errors import InputError
from advisor.model.event import Event, Skip, SourceSummary
from advisor.sources.base import Format, Opening, Stream, Tally
from advisor.sources.files import STDIN, OpenFile, find_files
from advisor.sources.impostors import EXPECTED, describe
from advisor.sources.registry import FORMATS

SAME_MOMENT_SECONDS = 2.0
"""A server that writes its log in two formats opens both files at once."""

SUFFIXES = {".gz", ".zst", ".bz2", ".xz", ".log", ".csv", ".json", ".txt"}

NO_STATEMENTS_HINT = (
    "Let the server log its statements: `ALTER SYSTEM SET log_min_duration_statement = 0; SELECT pg_reload_conf();` "
    "(a higher threshold for a busy server), then give the log written after that."
)


class _Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One input file and what its head says."""

    name: str
    format: Format
    opening: Opening | None
    fingerprint: tuple[int, int]
    """Length and checksum of the head."""
    size: int
    kept: OpenFile | None = None
    """Standard input cannot be opened a second time."""


class Reader:
    """The events of all inputs, in order. Iterate once; `summaries` and `skipped` are complete afterwards."""

    def __init__(self, paths: Sequence[str], *, prefix: str | None = None) -> None:
        """Look at every input. Raises InputError for what does not exist, is empty, or is no input of ours."""
        self.summaries: list[SourceSummary] = []
        self.skipped: list[Skip] = []
        self._prefix = prefix
        self._tallies: list[Tally] = []
        self._open: list[OpenFile] = []
        self._done = 0
        found = [candidate for path in paths for candidate in self._look_at(path, alone=len(paths) == 1)]
        self._inputs = self._without_repeats(found)
        if not self._inputs:
            raise InputError(f"{', '.join(paths)}: every file is empty", EXPECTED)
        self.size = sum(one.size for one in self._inputs)
        """Bytes on disk of all inputs, for a progress bar; 0 when only standard input is read."""

    def position(self) -> int:
        """Bytes on disk read so far."""
        return self._done + sum(part.position() for part in self._open if not part.closed)

    def __iter__(self) -> Iterator[Event]:
        for inputs in self._streams():
            yield from self._read(inputs)
        self.summaries = sorted(tally.summary() for tally in self._tallies)
        self.skipped = sorted([*self.skipped, *(skip for tally in self._tallies for skip in tally.skips())])
        if not any(tally.executions for tally in self._tallies):
            raise InputError(self._nothing(), NO_STATEMENTS_HINT)

    def _look_at(self, path: str, *, alone: bool) -> list[_Candidate]:
        """The usable files below `path`. A file named by the user must be recognised; in a directory at least one."""
        names = find_files(path)
        directory = path != STDIN and Path(path).is_dir()
        found = []
        for name in names:
            part = OpenFile(name)
            try:
                candidate = self._recognised(part)
            finally:
                if name != STDIN:
                    part.close()
            if candidate:
                found.append(candidate)
            elif part.head and not directory:
                raise InputError(f"{name} {describe(part.head)}", self._expected())
            elif alone and not directory:
                raise InputError(f"{name} is empty", EXPECTED)
            else:
                reason = describe(part.head) if part.head else "is empty"
                self.skipped.append(Skip(source=name, reason=f"not read: the file {reason}"))
        if directory and not found:
            raise InputError(f"none of the {len(names)} files in {path} can be read as a log or plan", self._expected())
        return found

    def _expected(self) -> str:
        tried = f" The prefix tried was {self._prefix!r}." if self._prefix else " Any log_line_prefix was tried."
        return EXPECTED + tried

    def _recognised(self, part: OpenFile) -> _Candidate | None:
        for form in FORMATS:
            if part.head and form.recognises(part.head):
                return _Candidate(
                    name=part.name,
                    format=form,
                    opening=form.opening(part.head) if form.opening else None,
                    fingerprint=(len(part.head), zlib.crc32(part.head)),
                    size=0 if part.name == STDIN else Path(part.name).stat().st_size,
                    kept=part if part.name == STDIN else None,
                )
        return None

    def _without_repeats(self, found: list[_Candidate]) -> list[_Candidate]:
        """Leave out a file given twice, a copy of a log, and a log that is here in a richer format too."""
        kept: list[_Candidate] = []
        for one in sorted(found, key=lambda c: (FORMATS.index(c.format), -c.size, c.name)):
            reason = next((why for other in kept if (why := _repeats(one, other))), "")
            if reason:
                self.skipped.append(Skip(source=one.name, reason=reason))
            else:
                kept.append(one)
        return sorted(kept, key=lambda c: c.name)

    def _streams(self) -> Iterator[list[_Candidate]]:
        """One list for each stream: a single file, or the files of one log in order of time."""
        for form in FORMATS:
            mine = [one for one in self._inputs if one.format is form]
            if form.opening is None:
                yield from ([one] for one in mine)
            elif mine:
                yield sorted(mine, key=_by_time)

    def _read(self, inputs: list[_Candidate]) -> Iterator[Event]:
        form = inputs[0].format
        stream = Stream(self._parts(inputs), prefix=self._prefix)
        try:
            for event in form.read(stream, stream.tally):
                stream.tally.executions += event.calls
                yield event
        finally:
            for part in self._open:
                part.close()
            self._open.clear()
        self._done = sum(one.size for one in self._inputs[: len(self._tallies)])

    def _parts(self, inputs: list[_Candidate]) -> Iterator[tuple[OpenFile, Tally, bool]]:
        for one in inputs:
            part = one.kept or OpenFile(one.name)
            self._open.append(part)
            tally = Tally(one.name, one.format.name)
            self._tallies.append(tally)
            yield part, tally, one.opening.whole if one.opening else True

    def _nothing(self) -> str:
        names = ", ".join(tally.name for tally in self._tallies[:3])
        more = f" and {len(self._tallies) - 3} more" if len(self._tallies) > 3 else ""
        formats = " / ".join(sorted({tally.label for tally in self._tallies}))
        unreadable = sum(tally.unreadable for tally in self._tallies)
        return f"no statement was found in {names}{more} (read as {formats}; {unreadable} unreadable lines)"


def _by_time(one: _Candidate) -> tuple[float, str]:
    time = one.opening.time if one.opening else None
    return (float("inf") if time is None else time, one.name)


def _repeats(one: _Candidate, other: _Candidate) -> str:
    """Why `one` holds nothing that `other` does not; empty when it does."""
    if one.name == other.name or (one.name != STDIN != other.name and Path(one.name).samefile(other.name)):
        return f"not read: the same file as {other.name}"
    if one.opening is None or other.opening is None:
        return ""
    if one.format is other.format:
        return f"not read: a copy of {other.name}" if one.fingerprint == other.fingerprint else ""
    if _stem(one.name) != _stem(other.name) or one.opening.time is None or other.opening.time is None:
        return ""
    if abs(one.opening.time - other.opening.time) > SAME_MOMENT_SECONDS:
        return ""
    return f"not read: the same log as {other.name}, which says more"


def _stem(name: str) -> Path:
    path = Path(name)
    while path.suffix in SUFFIXES:
        path = path.with_suffix("")
    return path
