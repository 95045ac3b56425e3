"""What repeats inside one unit of work, and whether that is a loop: the statistics of a unit and the rules over them.

The thresholds and exclusions were measured on labelled logs of real drivers and ORMs: five executions with five different
values give a precision of 0.98 once units are cut well; three cost 12 points of precision, ten cost 4.5 of recall.
"""

from collections.abc import Iterable
from typing import NamedTuple

from advisor.model.event import Event
from advisor.workload.shapes import ShapeCount
from advisor.workload.values import ROW_EDGE, is_paging, list_length, value_hash

N_PLUS_ONE, DUPLICATE, POSSIBLE_BATCH = "n_plus_one", "duplicate", "possible_batch"

MIN_REPEATS = 5
"""Executions, and different values among them: the defaults of Sentry, Scout and perf-sentinel agree."""
BATCH_LENGTH = 8
"""Median list length from which a statement is a batch already."""
CYCLE_SHAPES, CYCLE_TOLERANCE = 3, 0.25
"""Other shapes that repeat equally often (within that share): back-to-back requests on one connection, not a loop."""
BATCH_GAP_US, BATCH_REPEATS = 100, 20
"""Writes that follow each other faster than a client can ask: a driver's batch looks like a loop in the server's log.
Logged times have milliseconds, hence the number of repeats from which their mean says something."""
MAX_VALUES = 65_536
"""Different values counted per shape and unit; a loop with more is a loop."""
_SAMPLED = 64
"""Executions of a paging-like statement that are looked at value by value."""

Step = tuple[ShapeCount, Event]

NO_VALUES = "parameter values are not in this log: they may have been equal"
NO_PARENT = "no statement before the loop that could have given its values"
ADJACENT = "this log has no times or only whole seconds: statements were grouped by their order alone"
FAST = "the writes follow each other within 0.1 ms: it may be a driver's batch already"
CHAINED = "every iteration is a transaction or a connection of its own"


class Window(NamedTuple):
    """One loop seen once. `distinct` is 0 when the values could not be seen; `repeats` counts iterations."""

    kind: str
    shapes: tuple[ShapeCount, ...]
    repeats: int
    executions: int
    distinct: int
    spent_us: int
    parent: ShapeCount | None
    confidence: str
    reasons: tuple[str, ...]
    first: Event


class _Seen:
    """The executions of one shape in one unit."""

    __slots__ = (
        "count",
        "first",
        "last",
        "lengths",
        "order",
        "parent",
        "sampled",
        "shape",
        "spent",
        "unknown",
        "values",
    )

    def __init__(self, shape: ShapeCount, event: Event, order: int, parent: ShapeCount | None) -> None:
        self.shape, self.first, self.last, self.order, self.parent = shape, event, event, order, parent
        self.count = self.spent = self.unknown = 0
        self.values: set[int] = set()
        self.lengths: list[int] = []
        self.sampled: list[Event] = []

    def add(self, event: Event) -> None:
        self.count += 1
        self.last = event
        if event.duration_ms is not None:
            self.spent += int(event.duration_ms * 1000 + 0.5)
        value = value_hash(self.shape, event)
        if value is None:
            self.unknown += 1
        elif len(self.values) < MAX_VALUES:
            self.values.add(value)
        if self.shape.lists and len(self.lengths) < 1000:
            self.lengths.append(list_length(self.shape, event))
        traits = self.shape.traits
        if (traits.keyset or traits.ranged or traits.offset) and len(self.sampled) < _SAMPLED:
            self.sampled.append(event)

    @property
    def kind(self) -> str:
        return N_PLUS_ONE if self.unknown or len(self.values) >= MIN_REPEATS else DUPLICATE

    def is_loop(self) -> bool:
        """Whether it repeats, and is neither a batch nor the paging through one result."""
        if self.count < MIN_REPEATS or self.shape.traits.unnest:
            return False
        if self.lengths:
            if sorted(self.lengths)[len(self.lengths) // 2] >= BATCH_LENGTH:
                return False
            if self.shape.kind == "insert" and ROW_EDGE.search(self.first.text):
                return False
        return not (self.sampled and is_paging(self.shape, self.sampled, MIN_REPEATS))


class Repeats:
    """Statistics of one unit of work; steps may come in several portions, memory follows the shapes in it."""

    def __init__(self, before: tuple[ShapeCount, ...] = ()) -> None:
        self._seen: dict[ShapeCount, _Seen] = {}
        self._follows: dict[tuple[ShapeCount, ShapeCount], int] = {}
        self._previous: ShapeCount | None = None
        self._selects = before
        self._excluded = False

    @property
    def selects(self) -> tuple[ShapeCount, ...]:
        """The latest two different reading statements, last first: the probable parent of what comes next."""
        return self._selects

    def fold(self, steps: Iterable[Step]) -> None:
        """Take further executions of this unit, in order."""
        seen, follows, previous = self._seen, self._follows, self._previous
        for shape, event in steps:
            entry = seen.get(shape)
            if entry is None:
                parent = next((select for select in self._selects if select is not shape), None)
                entry = seen[shape] = _Seen(shape, event, len(seen), parent)
                self._excluded = self._excluded or shape.traits.skip_locked
            entry.add(event)
            if previous is not None:
                follows[previous, shape] = follows.get((previous, shape), 0) + 1
            previous = shape
            if shape.kind == "select":
                self._selects = latest_selects(shape, self._selects)
        self._previous = previous

    def windows(self, *, mode: str, chained: bool = False) -> list[Window]:
        """The loops of the unit; `mode` is how it was cut: `trace`, `transaction`, `gap` or `adjacent`."""
        if self._excluded:
            return []
        loops = [entry for entry in self._seen.values() if entry.is_loop()]
        if mode in ("gap", "adjacent"):
            loops = [entry for entry in loops if not self._in_cycle(entry)]
        return [self._window(group, mode, chained) for group in self._groups(loops)]

    def _in_cycle(self, entry: _Seen) -> bool:
        near = (1 - CYCLE_TOLERANCE) * entry.count, (1 + CYCLE_TOLERANCE) * entry.count
        others = sum(near[0] <= other.count <= near[1] for other in self._seen.values() if other is not entry)
        return others >= CYCLE_SHAPES

    def _groups(self, loops: list[_Seen]) -> list[list[_Seen]]:
        """Loops put together whose statements alternate: one iteration runs each of them once."""
        groups: list[list[_Seen]] = []
        for entry in sorted(loops, key=lambda loop: loop.order):
            home = next((group for group in groups if any(self._alternate(other, entry) for other in group)), None)
            if home is None:
                groups.append([entry])
            else:
                home.append(entry)
        return groups

    def _alternate(self, a: _Seen, b: _Seen) -> bool:
        if a.kind != b.kind or abs(a.count - b.count) > max(1, a.count // 10):
            return False
        steps = max(self._follows.get((a.shape, b.shape), 0), self._follows.get((b.shape, a.shape), 0))
        return steps >= 0.8 * (min(a.count, b.count) - 1)

    def _window(self, group: list[_Seen], mode: str, chained: bool) -> Window:
        first = group[0]
        unknown = any(entry.unknown for entry in group)
        kind, reasons = first.kind, []
        if kind == N_PLUS_ONE and mode != "adjacent" and _is_fast_write(group):
            kind = POSSIBLE_BATCH
            reasons.append(FAST)
        parent = first.parent
        for reason, holds in (
            (NO_VALUES, unknown),
            (NO_PARENT, parent is None),
            (ADJACENT, mode == "adjacent"),
            (CHAINED, chained),
        ):
            if holds:
                reasons.append(reason)
        return Window(
            kind=kind,
            shapes=tuple(entry.shape for entry in group),
            repeats=max(entry.count for entry in group),
            executions=sum(entry.count for entry in group),
            distinct=max((len(entry.values) for entry in group if not entry.unknown), default=0),
            spent_us=sum(entry.spent for entry in group),
            parent=parent,
            confidence=_confidence(kind, mode, unknown=unknown, parent=parent is not None),
            reasons=tuple(reasons),
            first=first.first,
        )


def latest_selects(shape: ShapeCount, known: tuple[ShapeCount, ...]) -> tuple[ShapeCount, ...]:
    """`shape` in front of the latest other one."""
    if known and known[0] is shape:
        return known
    return (shape, *known[:1])


def _confidence(kind: str, mode: str, *, unknown: bool, parent: bool) -> str:
    """How sure a window is: the unit's boundaries, the values and the parent are the three pieces of evidence."""
    if kind == POSSIBLE_BATCH:
        return "low"
    if unknown:
        return "medium" if mode == "trace" or (parent and mode != "adjacent") else "low"
    if mode == "adjacent":
        return "high" if parent and kind == N_PLUS_ONE else "low" if kind == DUPLICATE else "medium"
    return "high" if parent or mode in ("trace", "transaction") else "medium"


def _is_fast_write(group: list[_Seen]) -> bool:
    """Whether all are writes whose mean pause is shorter than a client needs to ask for the next."""
    count = sum(entry.count for entry in group)
    if count < BATCH_REPEATS or any(entry.shape.kind not in ("insert", "update", "delete") for entry in group):
        return False
    start, end = group[0].first, max((entry.last for entry in group), key=lambda event: event.time or 0.0)
    if start.time is None or end.time is None or start.duration_ms is None:
        return False
    wall = (end.time - start.time) * 1e6 + start.duration_ms * 1000
    return wall - sum(entry.spent for entry in group) <= BATCH_GAP_US * count
