"""The hot loop over a stderr log: bytes of entries in, calls of `Executions` out.

The usual entries are known by a few searches for fixed text; who sent them is looked up by the bytes of their prefix. Only what
is unusual is taken apart with the patterns of the prefix and of the message. Bytes become text when an execution is recognised.
"""

import re
from collections.abc import Iterator

from advisor.sources.base import Stream
from advisor.sources.postgres_log.draft import Draft, Origin
from advisor.sources.postgres_log.entries import NEWLINE, Chunk
from advisor.sources.postgres_log.executions import Executions
from advisor.sources.postgres_log.inference import MAX_SAMPLES, infer_prefixes
from advisor.sources.postgres_log.prefix import (
    ANCHOR_REACH,
    FALLBACK,
    CompiledPrefix,
    compile_prefix,
    find_anchor,
    is_entry,
)
from advisor.sources.postgres_log.times import Clock
from advisor.sources.postgres_log.words import ANY_LANGUAGE_BYTES, ENGLISH_BYTES, KIND_OF

NAME = "PostgreSQL stderr log"

STRAY = b"\xef\xbb\xbf\0"
"""A byte order mark, and the NULs that a crash leaves in a file, may stand before an entry."""

LOST_TABS_SAMPLE = 2000
LOST_TABS_LINES = 20
LOST_TABS_SHARE = 0.05
"""From so many lines on and above this share of lines that begin no entry, in a file without a single tab behind a newline, the tabs were lost on the way."""

MOST_NAMES = 100_000
"""Sessions, users and databases kept as text; forgetting them costs nothing but decoding them again."""

MOST_PREFIXES = 8
"""A prefix that changes more often within one run is not a prefix."""

COLON, DETAIL = b":  ", b"DETAIL"
DURATION, UNIT = b"duration: ", b" ms  "
STATEMENT, EXECUTE, FETCH = b"statement: ", b"execute ", b"fetch from "
APART, STEPS = (STATEMENT, EXECUTE), (b"parse ", b"bind ")
LONGEST_NUMBER = 24


class StderrReader:
    """The state that survives from chunk to chunk: prefixes known, sessions, names."""

    def __init__(self, stream: Stream) -> None:
        self.executions = Executions()
        self._tally = stream.tally
        self._clock = Clock()
        self._names: dict[bytes, str] = {b"": "", b"[unknown]": ""}
        self._given = stream.prefix is not None
        self._prefixes = [compile_prefix(stream.prefix)] if stream.prefix is not None else []
        self._prefix = self._prefixes[0] if self._prefixes else FALLBACK
        self._stamp = 0
        """Length of the timestamp, if the prefix begins with it and says nothing but time and sender."""
        self._origins: dict[bytes, Origin] = {}
        self._details: dict[bytes, str] = {}
        """Bytes between the time and the message -> who sent it, and the session alone for entries that are a DETAIL."""
        self._lessons = 0
        self._tabs_lost = False
        self._held: list[bytes] = []
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
        if self._tabs_lost:
            held = self._held
            *entries, last = _rejoined([*held, *chunk.entries])
            self._held = [last]
            self._enter(entries, chunk.line - len(held) - sum(entry.count(NEWLINE) for entry in held))
        else:
            self._enter(chunk.entries, chunk.line)

    def finish(self) -> None:
        """Take in what was held back because the next chunk might have continued it."""
        self._enter(self._held, 1)
        self._held = []

    def _enter(self, entries: list[bytes], line: int) -> None:
        executions = self.executions
        for index, entry in enumerate(entries):
            colon = entry.find(COLON)
            if colon > 0 and entry.startswith(DURATION, colon + 3):
                unit = entry.find(UNIT, colon + 13, colon + 13 + LONGEST_NUMBER)
                if unit > 0 and entry.startswith(STEPS, unit + 5):
                    executions.last = None
                elif not self._usual(entry, colon, unit, line):
                    self._unusual(entries, index, line)
            elif not entry.endswith(DETAIL, 0, max(colon, 0)):
                if not entry.startswith(APART, colon + 3) or not self._usual(entry, colon, 0, line):
                    self._unusual(entries, index, line)
            elif executions.last is not None:
                session = self._details.get(entry[self._stamp : colon])
                if session is None:
                    self._unusual(entries, index, line)
                else:
                    executions.detailed(session, _text(entry[colon + 3 :]))
            line += 1
            if NEWLINE in entry:
                line += entry.count(NEWLINE)

    def _usual(self, entry: bytes, colon: int, unit: int, line: int) -> bool:
        """A statement, a duration (`unit` is where its unit stands, 0 when there is none) or both, from a sender who is known by the
        bytes between time and message. False when that is not so, or when it is anything else.
        """
        origin = self._origins.get(entry[self._stamp : colon])
        if origin is None:
            return False
        duration = None
        begin = colon + 3
        if unit:
            number = entry[colon + 13 : unit] if unit > 0 else entry[colon + 13 : -3]
            if not number.replace(b".", b"", 1).isdigit():
                return False
            duration = float(number)
            if unit < 0:
                if bare := entry.endswith(b" ms"):
                    self.executions.timed(origin.session, duration, self._clock.read(entry[: self._stamp]))
                return bare
            begin = unit + 5
        if entry.startswith(STATEMENT, begin):
            place, extended = begin + 11, False
        elif entry.startswith(EXECUTE, begin) and not entry.startswith(FETCH, begin + 8):
            place, extended = entry.find(b": ", begin + 8) + 2, True
        else:
            return False
        if place < 2:
            return False
        raw = entry[place:]
        if NEWLINE in raw:
            raw = raw.replace(NEWLINE, b"\n")
        text, time = raw.decode("utf-8", "replace"), self._clock.read(entry[: self._stamp])
        draft = Draft(text, time, origin.session, origin, self._tally.name, line, duration, extended)
        if duration is None:
            self.executions.announced(draft)
        else:
            self.executions.executed(draft)
        return True

    def _begin_file(self, chunk: Chunk) -> None:
        """Infer the prefix of a file from its first entries."""
        self.finish()
        self._started, self._tally, self._lessons = True, chunk.tally, 0
        sample = chunk.entries[:LOST_TABS_SAMPLE]
        strangers = sum(1 for entry in sample if entry and not is_entry(entry))
        many = strangers >= max(LOST_TABS_LINES, LOST_TABS_SHARE * len(sample))
        self._tabs_lost = many and not any(NEWLINE in entry for entry in sample)
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
        self._use(self._prefixes[0])
        shown = " / ".join(repr(prefix.text) for prefix in self._prefixes[: 1 if self._lessons == 1 else MOST_PREFIXES])
        self._tally.label = f"{NAME}, prefix {shown}"

    def _unusual(self, entries: list[bytes], index: int, line: int) -> None:
        """Any entry, by the pattern of the prefix."""
        entry = entries[index]
        match = self._prefix.pattern.match(entry, 0, ANCHOR_REACH)
        if match is not None:
            self._matched(self._prefix, match, entry, line)
            return
        entry = entry.lstrip(STRAY)
        if entry and not self._known(entry, line):
            self._strange(entry, entries, index, line)

    def _known(self, entry: bytes, line: int) -> bool:
        """Try all prefixes seen so far."""
        for known in self._prefixes:
            for pattern in (known.pattern, known.lenient):
                if match := pattern.match(entry, 0, ANCHOR_REACH):
                    if pattern is known.pattern:
                        self._use(known)
                    self._matched(known, match, entry, line)
                    return True
        return False

    def _strange(self, entry: bytes, entries: list[bytes], index: int, line: int) -> None:
        """No entry, one of a background process, or one under a prefix not seen before."""
        anchor = find_anchor(entry)
        if anchor is None:
            self._tally.skip("line that is no log entry", line)
        elif anchor.kind == "log" and not _is_execution(entry, anchor.message):
            self.executions.unrelated()
        elif self._given:
            self._tally.skip("line that does not match the given log_line_prefix", line)
        else:
            if self._lessons < MOST_PREFIXES:
                self._learn(entries[index : index + MAX_SAMPLES])
            if not self._known(entry, line) and (match := FALLBACK.pattern.match(entry)):
                self._matched(FALLBACK, match, entry, line)

    def _use(self, prefix: CompiledPrefix) -> None:
        """Make `prefix` the current one."""
        self._prefix = prefix
        self._origins.clear()
        self._details.clear()

    def _matched(self, prefix: CompiledPrefix, match: re.Match[bytes], entry: bytes, line: int) -> None:
        """Any entry, whatever its severity and language."""
        kind, place = KIND_OF[match[prefix.severity]], match.end()
        raw_time, *raw_origin = match.group(*prefix.groups)
        origin = Origin(*map(self._name, raw_origin))
        if kind == "log":
            message = ENGLISH_BYTES.match(entry, place)
            if message is None and not entry.startswith(DURATION, place):
                message = ANY_LANGUAGE_BYTES.match(entry, place)
            if message is None:
                self.executions.unrelated(origin.session)
                return
            self._remember(prefix, match, entry, origin)
            self._logged(message, raw_time, origin, entry, line)
        elif kind == "detail":
            self._remember(prefix, match, entry, origin)
            self.executions.detailed(origin.session, _text(entry[place:]))
        elif kind == "error":
            self.executions.failed(origin.session, _text(entry[place:]))
        elif kind == "context":
            self.executions.failed_with(origin.session, _text(entry[place:]))
        elif kind == "statement":
            self.executions.statement_of_error(self._draft(_text(entry[place:]), raw_time, origin, line))

    def _logged(self, message: re.Match[bytes], raw_time: bytes, origin: Origin, entry: bytes, line: int) -> None:
        """A duration, a statement or both, or a plan."""
        kind, milliseconds = message.lastgroup, message["ms"]
        if kind == "bare":
            if milliseconds is None:
                self.executions.unrelated(origin.session)
            else:
                time = self._clock.read(raw_time) if raw_time else None
                self.executions.timed(origin.session, float(milliseconds), time)
            return
        draft = self._draft(_text(entry[message.end() :]), raw_time, origin, line)
        draft.extended = kind == "extended"
        if milliseconds is not None:
            draft.duration = float(milliseconds)
        if kind == "plan":
            if not self.executions.planned(draft, draft.text):
                self._tally.skip("plan that is cut off, or neither JSON nor text (auto_explain.log_format)", line)
        elif milliseconds is None:
            self.executions.announced(draft)
        else:
            self.executions.executed(draft)

    def _draft(self, text: str, raw_time: bytes, origin: Origin, line: int) -> Draft:
        time = self._clock.read(raw_time) if raw_time else None
        return Draft(text, time, origin.session, origin, self._tally.name, max(line, 1))

    def _remember(self, prefix: CompiledPrefix, match: re.Match[bytes], entry: bytes, origin: Origin) -> None:
        """Who sends entries with these bytes between time and message."""
        stamp, colon = match.end(prefix.groups[0]), match.end(prefix.severity)
        if not prefix.steady or prefix is not self._prefix or entry.find(COLON) != colon:
            return
        if len(self._origins) + len(self._details) > MOST_NAMES:
            self._origins.clear()
            self._details.clear()
        if not self._origins and not self._details:
            self._stamp = stamp
        if stamp == self._stamp and entry.endswith(DETAIL, 0, colon):
            self._details[entry[stamp:colon]] = origin.session
        elif stamp == self._stamp and entry.endswith(b"LOG", 0, colon):
            self._origins[entry[stamp:colon]] = origin

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
        if not groups or is_entry(entry):
            groups.append([entry])
        else:
            groups[-1].append(entry)
    return [NEWLINE.join(group) for group in groups]
