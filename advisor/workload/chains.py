"""Chains: loops whose every iteration is a unit of work of its own (commit per row, a connection per call).

Joined are units with the same one or two statements, each starting within 30 ms of the end of the one before, on the same
session or each on a session that was never seen before. Sessions of a pool that merely run the same popular query are not
joined, nor units with three shapes and more (that is what requests look like), nor tests cut at a savepoint.
"""

from collections.abc import Callable, Container

from advisor.workload.repeats import MIN_REPEATS, Repeats, Window, latest_selects
from advisor.workload.shapes import ShapeCount
from advisor.workload.unit import Unit

PAUSE_S = 0.030
MAX_SHAPES = 2
_PORTION = 512
"""Steps kept before they are folded into statistics."""
_RECENT = 8
_MAX_KNOWN = 200_000
"""Session names remembered; beyond, all count as known and only loops on one session are joined."""


class _Chain:
    """Units in a row; they are only counted when the chain is long enough to matter."""

    __slots__ = ("before", "end", "first", "shapes", "stats", "steps", "units")

    def __init__(self, first: Unit, before: tuple[ShapeCount, ...]) -> None:
        self.first, self.before = first, before
        self.shapes: frozenset[ShapeCount] | None = None
        """Of its units; None until a second one is in sight, which for most never comes."""
        self.end, self.units = first.end, 1
        self.steps = first.steps
        self.stats: Repeats | None = None

    def extend(self, unit: Unit) -> bool:
        """Append a unit if it continues the chain."""
        first = self.first
        if unit.start - self.end > PAUSE_S or unit.application != first.application or unit.user != first.user:
            return False
        if self.shapes is None:
            self.shapes = _shapes(first)
        if _shapes(unit) != self.shapes:
            return False
        self.steps += unit.steps
        if len(self.steps) >= _PORTION:
            self._fold()
        self.end, self.units = max(self.end, unit.end), self.units + 1
        return True

    def windows(self) -> list[Window]:
        """The loops in it."""
        if self.stats is None and len(self.steps) < MIN_REPEATS:
            return []
        return self._fold().windows(mode="gap", chained=self.units > 1)

    def selects(self) -> tuple[ShapeCount, ...]:
        """The latest two different reading statements, last first."""
        known = self.stats.selects if self.stats else self.before
        for shape, _ in self.steps[-_RECENT:]:
            if shape.kind == "select":
                known = latest_selects(shape, known)
        return known

    def _fold(self) -> Repeats:
        self.stats = self.stats or Repeats(self.before)
        self.stats.fold(self.steps)
        self.steps = []
        return self.stats


class Chains:
    """Joins tiny units and passes the loops of every finished chain to `found`."""

    def __init__(self, found: Callable[[Window], None]) -> None:
        self._found = found
        self._by_session: dict[str, _Chain] = {}
        self._single: list[Unit] = []
        """Only units of new sessions, not joined yet."""
        self._across: dict[tuple[tuple[str, str], frozenset[ShapeCount]], _Chain] = {}
        self._latest: dict[tuple[str, str], Unit] = {}
        self._known: set[str] = set()

    def is_new(self, session: str) -> bool:
        """Whether this session was never seen before; it is known from now on."""
        if session in self._known or len(self._known) >= _MAX_KNOWN:
            return False
        self._known.add(session)
        return True

    def add(self, session: str, unit: Unit) -> None:
        """Take the next tiny unit of a session."""
        chain = self._by_session.get(session)
        before = unit.before
        if chain is not None:
            if chain.extend(unit):
                return
            self._finish(chain)
            if not before and unit.start - chain.end <= PAUSE_S:
                before = chain.selects()
        if len(unit.steps) <= MAX_SHAPES or len(_shapes(unit)) <= MAX_SHAPES:
            self._by_session[session] = _Chain(unit, before)
        elif chain is not None:
            del self._by_session[session]

    def end(self, session: str) -> None:
        """A longer unit followed on that session."""
        if chain := self._by_session.pop(session, None):
            self._finish(chain)

    def sweep(self, until: float, alive: Container[str]) -> None:
        """Finish what ended before `until`; a chain whose session is still `alive` may go on."""
        for session in [s for s, c in self._by_session.items() if c.end < until and s not in alive]:
            self.end(session)
        self._join(until)
        for key in [key for key, chain in self._across.items() if chain.end < until - PAUSE_S]:
            self._finish(self._across.pop(key), across=True)

    def finish(self) -> None:
        """Finish everything."""
        for session in sorted(self._by_session):
            self.end(session)
        self._join(float("inf"))
        for chain in self._across.values():
            self._finish(chain, across=True)
        self._across.clear()

    def _finish(self, chain: _Chain, *, across: bool = False) -> None:
        if chain.units == 1 and chain.first.fresh and not across:
            self._single.append(chain.first)
        else:
            for window in chain.windows():
                self._found(window)

    def _join(self, until: float) -> None:
        """Join the only units of new sessions in order of their start."""
        ready = sorted((unit for unit in self._single if unit.start < until), key=lambda unit: unit.start)
        self._single = [unit for unit in self._single if unit.start >= until]
        for unit in ready:
            owner = unit.application, unit.user
            key = owner, _shapes(unit)
            chain = self._across.get(key)
            if chain is None or not chain.extend(unit):
                if chain is not None:
                    self._finish(chain, across=True)
                self._across[key] = _Chain(unit, self._parent(unit))
            self._latest[owner] = unit

    def _parent(self, unit: Unit) -> tuple[ShapeCount, ...]:
        """The reading statement of the other session that ended just before."""
        earlier = self._latest.get((unit.application, unit.user))
        if earlier is None or not 0 <= unit.start - earlier.end <= PAUSE_S:
            return ()
        shape = earlier.steps[-1][0]
        return (shape,) if shape.kind == "select" else ()


def _shapes(unit: Unit) -> frozenset[ShapeCount]:
    return frozenset([shape for shape, _ in unit.steps])
