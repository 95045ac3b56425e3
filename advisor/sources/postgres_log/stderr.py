"""The server's stderr log, with any log_line_prefix.

The hot loop looks at each entry with one pattern for prefix and severity and one for the message, and turns bytes into text only
when an execution is recognised.
"""

import re
from collections.abc import Iterator

from advisor.model.event import Event
from advisor.sources.base import Format, Opening, Stream, Tally
from advisor.sources.postgres_log.entries import NEWLINE, Chunk, split_entries
from advisor.sources.postgres_log.executions import Draft, Executions
from advisor.sources.postgres_log.inference import MAX_PREFIX, MAX_SAMPLES, infer_prefixes
from advisor.sources.postgres_log.prefix import FALLBACK, CompiledPrefix, compile_prefix, find_anchor
from advisor.sources.postgres_log.times import TIMESTAMP, Clock
from advisor.sources.postgres_log.words import ANY_LANGUAGE_BYTES, ENGLISH_BYTES, KIND_OF

NAME = "PostgreSQL stderr log"

STRAY = b"\xef\xbb\xbf\0"
"""A byte order mark, and the NULs that a crash leaves in a file, may stand before an entry."""

LOST_TABS_SAMPLE = 2000
LOST_TABS_SHARE = 0.05
"""Above this share of lines that begin no entry, in a file without a single tab behind a newline, the tabs were lost on the way."""

MOST_NAMES = 100_000
"""Sessions, users and databases kept as text; forgetting them costs nothing but decoding them again."""

MOST_PREFIXES = 8
"""A prefix that changes more often within one run is not a prefix."""

RECOGNISED_SHARE = 0.02
"""Of the lines in the head: statements of many lines that lost their tabs still leave more entries than that."""

_TIME = re.compile(rb"(?<!\d)(?:" + TIMESTAMP + rb"|\d{10}\.\d{3}(?!\d))")


def recognises(head: bytes) -> bool:
    """Whether some lines have a severity where the server puts it."""
    lines = [line for line in head.replace(b"\n\t", NEWLINE).split(b"\n") if line.strip()]
    entries = sum(_is_entry(line) for line in lines)
    return entries > 0 and entries >= RECOGNISED_SHARE * len(lines)


def opening(head: bytes) -> Opening:
    """Time of the first entry, and whether the file begins with it."""
    place = 0
    whole = True
    while place < len(head):
        end = head.find(b"\n", place)
        line = head[place : end if end >= 0 else len(head)].lstrip(b"\xef\xbb\xbf\0")
        if _is_entry(line):
            found = _TIME.search(line, 0, MAX_PREFIX)
            return Opening(Clock().read(found[0]) if found else None, whole)
        whole = False
        if end < 0:
            break
        place = end + 1
    return Opening(None, whole)


def read(stream: Stream, tally: Tally) -> Iterator[Event]:
    """The executions in the log. The prefix is inferred, or taken from `stream.prefix`."""
    reader = _StderrReader(stream)
    for chunk in split_entries(stream):
        reader.enter(chunk)
        yield from reader.executions.ready()
    yield from reader.executions.rest()
    for note in reader.notes():
        stream.tally.note(note)


def _is_entry(line: bytes) -> bool:
    if line[:1] in (b"\t", b" ", b""):
        return False
    anchor = find_anchor(line[: MAX_PREFIX + 40])
    return anchor is not None and NEWLINE not in line[: anchor.prefix_end] and anchor.prefix_end <= MAX_PREFIX


class _StderrReader:
    """The state that survives from chunk to chunk: prefixes known, sessions, names."""

    def __init__(self, stream: Stream) -> None:
        self.executions = Executions()
        self._tally = stream.tally
        self._clock = Clock()
        self._names: dict[bytes, str] = {b"": "", b"[unknown]": ""}
        self._given = stream.prefix is not None
        self._prefixes = [compile_prefix(stream.prefix)] if stream.prefix is not None else []
        self._lessons = 0
        self._tabs_lost = False
        self._started = False

    def notes(self) -> Iterator[str]:
        """What this log does not show."""
        yield from self.executions.silences.notes()
        if self._clock.unknown:
            yield f"time zone {', '.join(sorted(self._clock.unknown))} is not known: taken as UTC"

    def enter(self, chunk: Chunk) -> None:
        """Take in a chunk of entries."""
        if chunk.tally is not self._tally or not self._started:
            self._begin_file(chunk)
        entries = _rejoined(chunk.entries) if self._tabs_lost else chunk.entries
        executions, line = self.executions, chunk.line
        prefix = self._prefixes[0]
        for index, entry in enumerate(entries):
            match = prefix.pattern.match(entry)
            if match is None:
                prefix = self._unusual(entries, index, line, prefix)
            elif match[prefix.severity] == b"LOG":
                place = match.end()
                message = ENGLISH_BYTES.match(entry, place)
                if message is not None:
                    self._logged(prefix, match, message, entry, line)
                elif entry.startswith(b"duration: ", place):
                    executions.last = None
                else:
                    self._rare(prefix, match, entry, line)
            elif match[prefix.severity] != b"DETAIL" or executions.last is not None:
                self._rare(prefix, match, entry, line)
            line += 1 + entry.count(NEWLINE)

    def _begin_file(self, chunk: Chunk) -> None:
        """Infer the prefix of a file from its first entries."""
        self._started, self._tally, self._lessons = True, chunk.tally, 0
        sample = chunk.entries[:LOST_TABS_SAMPLE]
        strangers = sum(1 for entry in sample if entry and not _is_entry(entry))
        self._tabs_lost = strangers > LOST_TABS_SHARE * len(sample) and not any(NEWLINE in entry for entry in sample)
        if self._tabs_lost:
            self._tally.note(
                "continuation lines have lost their tabs: lines that begin no entry count as part of the one before"
            )
        self._learn(chunk.entries)

    def _learn(self, entries: list[bytes]) -> None:
        """Put the prefixes that these entries show in front of those known."""
        self._lessons += 1
        if not self._given:
            found = infer_prefixes(entries[: 10 * MAX_SAMPLES]) or [FALLBACK]
            texts = {prefix.text for prefix in found}
            self._prefixes = [*found, *(old for old in self._prefixes if old.text not in texts)][:MOST_PREFIXES]
        shown = " / ".join(repr(prefix.text) for prefix in self._prefixes[: 1 if self._lessons == 1 else MOST_PREFIXES])
        self._tally.label = f"{NAME}, prefix {shown}"

    def _unusual(self, entries: list[bytes], index: int, line: int, prefix: CompiledPrefix) -> CompiledPrefix:
        """An entry that the current prefix does not match. Returns the prefix to go on with."""
        entry = entries[index].lstrip(STRAY)
        if not entry:
            return prefix
        for known in self._prefixes:
            for pattern in (known.pattern, known.lenient):
                if match := pattern.match(entry):
                    self._rare(known, match, entry, line)
                    return known if pattern is known.pattern else prefix
        anchor = find_anchor(entry)
        if anchor is None:
            self._tally.skip("line that is no log entry", line)
            return prefix
        if anchor.kind == "log" and not _is_execution(entry, anchor.message):
            self.executions.unrelated()
            return prefix
        if self._given:
            self._tally.skip("line that does not match the given log_line_prefix", line)
            return prefix
        if self._lessons < MOST_PREFIXES:
            self._learn(entries[index : index + MAX_SAMPLES])
        for known in (*self._prefixes, FALLBACK):
            if match := known.pattern.match(entry) or known.lenient.match(entry):
                self._rare(known, match, entry, line)
                return known if known is not FALLBACK else prefix
        return prefix

    def _logged(
        self, prefix: CompiledPrefix, match: re.Match[bytes], message: re.Match[bytes], entry: bytes, line: int
    ) -> None:
        """A duration, a statement or both, or a plan."""
        kind = message.lastgroup
        raw_time, raw_session, user, database, application, transaction = match.group(*prefix.groups)
        milliseconds = message["ms"]
        duration = None if milliseconds is None else float(milliseconds)
        time = self._clock.read(raw_time) if raw_time else None
        session = self._name(raw_session)
        if kind == "bare":
            if duration is None:
                self.executions.unrelated(session)
            else:
                self.executions.timed(session, duration, time)
            return
        body = _text(entry[message.end() :])
        draft = Draft(
            body,
            time,
            session,
            (self._name(user), self._name(database), self._name(application)),
            self._name(transaction),
            self._tally.name,
            line if line > 0 else 1,
            duration=duration,
            extended=kind == "extended",
        )
        if kind == "plan":
            if not self.executions.planned(draft, body):
                self._tally.skip("plan that is cut off, or neither JSON nor text (auto_explain.log_format)", line)
        elif duration is None:
            self.executions.announced(draft)
        else:
            self.executions.executed(draft)

    def _rare(self, prefix: CompiledPrefix, match: re.Match[bytes], entry: bytes, line: int) -> None:
        """Any entry, whatever its severity and language."""
        kind, place = KIND_OF[match[prefix.severity]], match.end()
        if kind == "log":
            if message := ENGLISH_BYTES.match(entry, place) or ANY_LANGUAGE_BYTES.match(entry, place):
                self._logged(prefix, match, message, entry, line)
            else:
                self.executions.unrelated(self._name(match[prefix.groups[1]]))
            return
        raw_time, raw_session, user, database, application, transaction = match.group(*prefix.groups)
        session = self._name(raw_session)
        if kind == "detail":
            self.executions.detailed(session, _text(entry[place:]))
        elif kind == "error":
            self.executions.failed(session, _text(entry[place:]))
        elif kind == "context":
            self.executions.failed_with(session, _text(entry[place:]))
        elif kind == "statement":
            time = self._clock.read(raw_time) if raw_time else None
            who = (self._name(user), self._name(database), self._name(application))
            text = _text(entry[place:])
            draft = Draft(text, time, session, who, self._name(transaction), self._tally.name, max(line, 1))
            self.executions.statement_of_error(draft)

    def _name(self, raw: bytes | None) -> str:
        """Bytes of a prefix field as text; the same object each time."""
        name = self._names.get(raw or b"")
        if name is None:
            if len(self._names) > MOST_NAMES:
                self._names = {b"": "", b"[unknown]": ""}
            raw = raw or b""
            name = self._names[raw] = raw.decode("utf-8", "replace").strip()
        return name


def _is_execution(entry: bytes, place: int) -> bool:
    """Whether the message that begins at `place` tells of an execution, in any language."""
    message = ENGLISH_BYTES.match(entry, place) or ANY_LANGUAGE_BYTES.match(entry, place)
    return message is not None and (message["ms"] is not None or message.lastgroup in ("simple", "extended"))


def _text(raw: bytes) -> str:
    return raw.replace(NEWLINE, b"\n").decode("utf-8", "replace") if NEWLINE in raw else raw.decode("utf-8", "replace")


def _rejoined(entries: list[bytes]) -> list[bytes]:
    """Entries whose continuation lines came without tabs, put together again."""
    groups: list[list[bytes]] = []
    for entry in entries:
        if not groups or _is_entry(entry):
            groups.append([entry])
        else:
            groups[-1].append(entry)
    return [NEWLINE.join(group) for group in groups]


FORMAT = Format(name=NAME, recognises=recognises, read=read, opening=opening)
