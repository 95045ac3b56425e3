"""Windows of the same loop added up: the mutable counterpart of `model.workload.Loop`."""

from hashlib import blake2b

from advisor.model.workload import Loop, Sketch
from advisor.workload import sketch
from advisor.workload.merge import CONFIDENCES, LOCATIONS
from advisor.workload.repeats import Window
from advisor.workload.shapes import count, ordered

_EXACT_BELOW = 1000
_BATCH = 256


def loop_id(kind: str, engine: str, database: str, statements: tuple[str, ...]) -> str:
    """16 hexadecimal digits over what makes a loop that loop: kind, database and the shapes that repeat, whichever came first."""
    content = "\0".join((kind, engine, database, *sorted(statements)))
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class Loops:
    """All loops of one database, by kind and statements: a window that starts in the middle of an iteration is of the same loop."""

    def __init__(self, engine: str, database: str) -> None:
        self._engine, self._database = engine, database
        self._loops: dict[tuple[str, tuple[str, ...]], _LoopCount] = {}

    def add(self, window: Window) -> None:
        """Count one more window."""
        key = window.kind, tuple(sorted(shape.id for shape in window.shapes))
        self._loops.setdefault(key, _LoopCount()).add(window)

    def finish(self) -> list[Loop]:
        """The loops as values, sorted by id."""
        found = [loop.finish(kind, self._engine, self._database) for (kind, _), loop in self._loops.items()]
        return sorted(found, key=lambda loop: loop.id)


class _LoopCount:
    def __init__(self) -> None:
        self.windows = self.executions = self.distinct = 0
        self.parents: dict[str, int] = {}
        self.repeats: dict[int, int] = {}
        self.time = Sketch()
        self.spent: list[int] = []
        self.confidence = CONFIDENCES[0]
        self.reasons: set[str] = set()
        self.tags: dict[str, dict[str, int]] = {}
        self.locations: list[str] = []
        self.statements: tuple[str, ...] = ()
        """Of the orders that were seen the least, which any grouping of windows agrees on."""

    def add(self, window: Window) -> None:
        self.windows += 1
        statements = tuple(shape.id for shape in window.shapes)
        self.statements = min(self.statements, statements) if self.statements else statements
        self.executions += window.executions
        self.distinct = max(self.distinct, window.distinct)
        count(self.parents, window.parent.id if window.parent else "", 1)
        repeats = _rounded(window.repeats)
        self.repeats[repeats] = self.repeats.get(repeats, 0) + 1
        self.spent.append(window.spent_us)
        if len(self.spent) >= _BATCH:
            self._fold()
        self.confidence = max(self.confidence, window.confidence, key=CONFIDENCES.index)
        self.reasons.update(window.reasons)
        event = window.first
        for tag, value in event.tags.items():
            count(self.tags.setdefault(tag, {}), value, 1)
        if event.source:
            self.locations = sorted({*self.locations, f"{event.source}:{event.line}"})[:LOCATIONS]

    def finish(self, kind: str, engine: str, database: str) -> Loop:
        self._fold()
        return Loop(
            id=loop_id(kind, engine, database, self.statements),
            kind=kind,
            engine=engine,
            database=database,
            statements=self.statements,
            parents=ordered(self.parents),
            windows=self.windows,
            repeats=dict(sorted(self.repeats.items())),
            executions=self.executions,
            distinct=self.distinct,
            time=self.time,
            confidence=self.confidence,
            reasons=tuple(sorted(self.reasons)),
            tags={tag: ordered(values) for tag, values in sorted(self.tags.items())},
            locations=tuple(self.locations),
        )

    def _fold(self) -> None:
        self.time = sketch.merge(self.time, sketch.from_microseconds(self.spent))
        self.spent = []


def _rounded(repeats: int) -> int:
    """Exact below 1000, three digits above: the histogram stays small whatever the log."""
    unit = 1
    while repeats // unit >= _EXACT_BELOW:
        unit *= 10
    return repeats // unit * unit
