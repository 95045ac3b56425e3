"""Digester: events in, one Workload out. Memory follows the number of shapes and open units of work, never the log.

The hot path is one look-up by the statement's text (prepared statements repeat byte for byte) or by its literal-free key;
only a key that was never seen is normalised.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from advisor.model.event import Event, Skip, SourceSummary
from advisor.model.workload import Workload
from advisor.workload.fingerprint import shape_id, statement_kind
from advisor.workload.literal_free import literal_free, without_outer_comment
from advisor.workload.merge import combined_skips, combined_sources
from advisor.workload.normalise import normalise
from advisor.workload.shapes import ShapeCount
from advisor.workload.traits import traits
from advisor.workload.units import Units

OWN_TAG = "/* advisor */"
"""Comment in every statement that the advisor itself sends; those are no part of anybody's workload."""
MAX_SHAPES = 20_000
_CACHED_CHARACTERS = 8_000_000
"""Texts and keys remembered per database; when they outgrow this, both caches start again."""
_BULK = 50_000
"""Characters of a statement from which its key is normalised in its place."""
_LONGEST_CACHED = 20_000


class Readable(Protocol):
    """What `sources.open_sources` returns: events to iterate over once, and what was read, complete afterwards."""

    summaries: list[SourceSummary]
    skipped: list[Skip]

    def __iter__(self) -> Iterator[Event]: ...


def digest(reader: Readable) -> Workload:
    """The workload of everything that `reader` yields."""
    digester = Digester()
    for event in reader:
        digester.add(event)
    return digester.finish(reader.summaries, reader.skipped)


class _Lane:
    """One database of one engine: its shapes by text and by key, and its units of work."""

    __slots__ = ("by_key", "by_text", "database", "engine", "room", "units")

    def __init__(self, engine: str, database: str) -> None:
        self.engine, self.database = engine, database
        self.by_text: dict[str, ShapeCount] = {}
        self.by_key: dict[str, ShapeCount] = {}
        self.room = _CACHED_CHARACTERS
        self.units = Units(engine, database)

    def remember(self, text: str, key: str, shape: ShapeCount) -> None:
        """Keep `key`, and `text` when it can come again byte for byte because its values are parameters."""
        if len(key) > _LONGEST_CACHED:
            return
        self.room -= len(key) + (len(text) if shape.placeholders else 0)
        if self.room < 0:
            self.by_text.clear()
            self.by_key.clear()
            self.room = _CACHED_CHARACTERS
        self.by_key[key] = shape
        if shape.placeholders and len(text) <= _LONGEST_CACHED:
            self.by_text[text] = shape


class Digester:
    """Collects events of any number of sources; `finish` gives the digest. Events of one session come in order."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self._lane = self._lane_of("postgres", "")
        self._shapes: dict[str, ShapeCount] = {}
        self._beyond = 0
        self.own = 0
        """Statements of the advisor itself that were left out."""

    def add(self, event: Event) -> None:
        """Take one event."""
        lane = self._lane
        if event.database != lane.database or event.engine != lane.engine:
            lane = self._lane = self._lane_of(event.engine, event.database)
        shape = lane.by_text.get(event.text) or self._find(lane, event)
        if shape is None:
            return
        shape.record(event)
        if shape.tracked and event.calls == 1:
            lane.units.observe(shape, event)

    def finish(self, summaries: Sequence[SourceSummary] = (), skipped: Sequence[Skip] = ()) -> Workload:
        """The workload of all events so far, with what the sources say about themselves."""
        lanes = [self._lanes[key] for key in sorted(self._lanes)]
        loops = [loop for lane in lanes for loop in lane.units.finish()]
        skips = [*skipped, *(skip for lane in lanes for skip in lane.units.skips())]
        if self._beyond:
            reason = f"more than {MAX_SHAPES} different statements: the executions of further ones are not analysed"
            skips.append(Skip(source="workload", reason=reason, count=self._beyond))
        return Workload(
            shapes=tuple(self._shapes[id].finish() for id in sorted(self._shapes)),
            loops=tuple(sorted(loops, key=lambda loop: loop.id)),
            sources=combined_sources(summaries),
            skipped=combined_skips(skips),
        )

    def _lane_of(self, engine: str, database: str) -> _Lane:
        lane = self._lanes.get((engine, database))
        if lane is None:
            lane = self._lanes[engine, database] = _Lane(engine, database)
        return lane

    def _find(self, lane: _Lane, event: Event) -> ShapeCount | None:
        """The shape of a text that was not met before; None when it is left out."""
        text = event.text
        if "/*" in text:
            if OWN_TAG in text:
                self.own += 1
                return None
            text = without_outer_comment(text)
            if shape := lane.by_text.get(text):
                return shape
        if not text and event.plan:
            return self._shape(lane, "", event.plan)
        key = literal_free(text)
        shape = lane.by_key.get(key)
        if shape is None:
            # The key of a bulk insert has its rows collapsed already: normalising it gives the same and is far shorter.
            shape = self._shape(lane, key if len(text) > _BULK else text, "")
            if shape is None:
                return None
            lane.remember(text, key, shape)
        elif shape.placeholders:
            lane.remember(text, key, shape)
        if shape.placeholders:
            shape.see_constants(text)
        return shape

    def _shape(self, lane: _Lane, text: str, plan: str) -> ShapeCount | None:
        """The shape of `text`, made when it is new. A plan without its statement is a shape of its own."""
        normalised = normalise(text)
        id = shape_id(normalised.text or plan, lane.engine, lane.database)
        shape = self._shapes.get(id)
        if shape is None:
            if len(self._shapes) >= MAX_SHAPES:
                self._beyond += 1
                return None
            kind = statement_kind(normalised.words)
            shape = ShapeCount(id, lane.engine, lane.database, normalised, kind, traits(normalised.words, kind))
            self._shapes[id] = shape
        return shape
