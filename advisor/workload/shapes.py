"""Counting the executions of one shape: the mutable counterpart of `model.workload.Shape`, used while digesting.

Everything that is bounded is bounded so that the result does not depend on the order of adding or merging: of many tag
values the first in alphabetical order are kept, of many samples the slowest.
"""

from hashlib import blake2b
from math import inf

from advisor.model.event import Event
from advisor.model.workload import VARYING, Sample, Shape, Sketch
from advisor.workload import sketch
from advisor.workload.lexer import CONSTANT, tokens
from advisor.workload.normalise import Normalised
from advisor.workload.traits import NOISE, Traits

REST = "…"
"""Name under which everything beyond the kept values of a tag is counted."""
TAG_VALUES = 20
LONGEST_SAMPLE = 1_000_000
"""Characters; a longer statement is counted but not kept for planning."""
LONGEST_TEXT = 20_000
"""Characters of normalised text that are kept; the id covers all of it."""
_BATCH = 512


class ShapeCount:
    """All executions of one shape so far.

    `placeholders`: values come as parameters. `lists`: it may take a list. `tracked`: it matters to units of work.
    """

    __slots__ = (
        "applications",
        "calls",
        "commas",
        "constants",
        "database",
        "durations",
        "engine",
        "errors",
        "first",
        "id",
        "kind",
        "last",
        "lists",
        "placeholders",
        "plan",
        "plan_us",
        "plans",
        "rows",
        "sample",
        "slowest",
        "tags",
        "text",
        "time",
        "tracked",
        "traits",
        "words",
    )

    def __init__(self, id: str, engine: str, database: str, form: Normalised, kind: str, traits: Traits) -> None:
        self.id, self.engine, self.database, self.kind, self.traits = id, engine, database, kind, traits
        self.text, self.words, self.placeholders, self.lists = form.text, form.words, form.parameters, form.lists
        self.commas = form.text.count(",")
        self.constants = ""
        self.tracked = traits.role != NOISE
        self.calls = self.rows = self.errors = self.plans = 0
        self.durations: list[int] = []
        self.time = Sketch()
        self.first, self.last = inf, -inf
        self.slowest, self.sample = -1, Sample(-1, "")
        self.plan, self.plan_us = "", -1
        self.tags: dict[str, dict[str, int]] = {}
        self.applications: dict[str, int] = {}

    def record(self, event: Event) -> None:
        """Count one event. With `calls` > 1 the sketch gets the mean that many times, and the exact total."""
        calls = event.calls
        self.calls += calls
        duration, spent = event.duration_ms, 0
        if duration is not None:
            spent = int(duration * 1000 + 0.5)
            if calls == 1:
                self.durations.append(spent)
                if len(self.durations) >= _BATCH:
                    self._fold()
            else:
                spent = self._summed(spent, calls)
        if spent >= self.slowest:
            self._consider(event, spent)
        time = event.time
        if time is not None:
            if time > self.last:
                self.last = time
            if time < self.first:
                self.first = time
        application = event.application
        if application:
            if application in self.applications:
                self.applications[application] += calls
            else:
                count(self.applications, application, calls)
        if event.tags:
            for tag, value in event.tags.items():
                count(self.tags.setdefault(tag, {}), value, calls)
        if event.rows is not None:
            self.rows += event.rows
        if event.error:
            self.errors += calls
        if event.plan:
            self._planned(event.plan, spent)

    def see_constants(self, text: str) -> None:
        """Note the constants of a text with placeholders that was not met before, so that one that varies is known to vary."""
        if self.constants != VARYING:
            values = "\0".join(token.value for token in tokens(text) if token.kind == CONSTANT)
            digest = blake2b(values.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
            self.constants = either_constants(self.constants, digest)

    def finish(self) -> Shape:
        """The shape as a value."""
        self._fold()
        long = len(self.text) > LONGEST_TEXT
        return Shape(
            id=self.id,
            engine=self.engine,
            database=self.database,
            text=self.text[:LONGEST_TEXT] + REST if long else self.text,
            kind=self.kind,
            calls=self.calls,
            time=self.time,
            rows=self.rows,
            errors=self.errors,
            first_seen=None if self.first == inf else self.first,
            last_seen=None if self.last == -inf else self.last,
            sample=self.sample if self.sample.duration_us >= 0 else None,
            constants=self.constants,
            plan=self.plan or None,
            plan_us=max(0, self.plan_us),
            plans=self.plans,
            tags={tag: ordered(values) for tag, values in sorted(self.tags.items())},
            applications=ordered(self.applications),
        )

    def _fold(self) -> None:
        if self.durations:
            self.time = sketch.merge(self.time, sketch.from_microseconds(self.durations))
            self.durations = []

    def _summed(self, total: int, calls: int) -> int:
        mean = total // max(1, calls)
        if calls > 0:
            mixed = sketch.from_counts({mean: calls})
            self.time = sketch.merge(self.time, Sketch(mixed.buckets, calls, total, mean, mean))
        return mean

    def _consider(self, event: Event, spent: int) -> None:
        if len(event.text) > LONGEST_SAMPLE:
            return
        sample = Sample(spent, event.text, event.parameters, event.source, event.line)
        if spent > self.slowest or sample_key(sample) > sample_key(self.sample):
            self.slowest, self.sample = spent, sample

    def _planned(self, plan: str, spent: int) -> None:
        self.plans += 1
        if (spent, plan) > (self.plan_us, self.plan):
            self.plan_us, self.plan = spent, plan


def either_constants(one: str, other: str) -> str:
    """What is known of a shape's constants when both are (see `Shape.constants`)."""
    return one or other if one == other or not (one and other) else VARYING


def count(counts: dict[str, int], value: str, times: int) -> None:
    """Add to a counter that keeps at most `TAG_VALUES` values, the first in alphabetical order, and the rest as one."""
    if value in counts:
        counts[value] += times
        return
    counts[value] = times
    names = counts.keys() - {REST}
    if len(names) > TAG_VALUES:
        last = max(names)
        counts[REST] = counts.get(REST, 0) + counts.pop(last)


def ordered(counts: dict[str, int]) -> dict[str, int]:
    """A counter with its names in order, the rest last."""
    return dict(sorted(counts.items(), key=lambda item: (item[0] == REST, item[0])))


def sample_key(sample: Sample) -> tuple[object, ...]:
    """Total order of samples: slower first, then those with parameters, then by content."""
    parameters = tuple((value is not None, value or "") for value in sample.parameters or ())
    return (sample.duration_us, bool(sample.parameters), sample.text, parameters, sample.source, sample.line)
