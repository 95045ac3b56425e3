"""Units of work: which executions belong to one request, job or test, so that a repetition among them means a loop.

The first of these that an event has decides (nothing else matters as much: counting per session instead has a precision
of 0.28 on pooled connections):

1. a trace id: one request across all its connections;
2. an explicit transaction, however slow, cut at ROLLBACK TO SAVEPOINT, which is where test suites end a test;
3. time: a pause of more than 20 ms on one connection ends what belonged together;
4. nothing but order (no times, or whole seconds only): see `runs`.

Units of one or two statements are handed on to `chains`, which joins those that follow each other.
"""

from collections import Counter

from advisor.model.event import Event, Skip
from advisor.model.workload import Loop
from advisor.workload.chains import Chains
from advisor.workload.loops import Loops
from advisor.workload.repeats import MIN_REPEATS, Repeats, Step
from advisor.workload.runs import runs
from advisor.workload.shapes import ShapeCount
from advisor.workload.traits import BEGIN, CUT, DATA, END, RESET, SCHEMA
from advisor.workload.unit import Unit

IDLE_S = 0.020
"""Pause that ends a unit; between 10 and 40 ms the result hardly differs, 200 ms costs 8 points of F1."""
COARSE_IDLE_S = 2.0
"""The same where times are whole seconds."""
_LATE_S = 1.0
"""How long after its last statement a unit is closed: lines of different sessions are not in strict order."""
_TRANSACTION_S, _TRACE_S = 600.0, 60.0
"""The same for an open transaction and for a trace, which may still go on."""
MAX_OPEN = 10_000
_PORTION = 2_048
"""Steps kept before they are folded into statistics."""
_ADJACENT_PORTION = 20_000
"""Steps kept where only order is known: a run must be seen whole."""
_TINY_STEPS = 4


class Units:
    """The units of work of one database; `finish` gives the loops that were found in them."""

    def __init__(self, engine: str, database: str) -> None:
        self._open: dict[str, Unit] = {}
        self._loops = Loops(engine, database)
        self._chains = Chains(self._loops.add)
        self._fine = False
        """Whether any time had a fraction of a second."""
        self._sweep_at = 0.0
        self._forced = self._folded = 0

    def observe(self, shape: ShapeCount, event: Event) -> None:
        """Take the next event. Text files of statements say nothing about executions and are left alone."""
        time = event.time
        if time is None:
            if not (event.session or event.trace or event.transaction or event.parameters is not None):
                return
            time = start = 0.0
        else:
            start = time - event.duration_ms / 1000 if event.duration_ms else time
            if not self._fine and time % 1:
                self._fine = True
            if time > self._sweep_at:
                self._sweep(time)
        key = event.trace or event.session or _place(event)
        unit = self._open.get(key)
        role = shape.traits.role
        if role != DATA:
            self._boundary(key, unit, role, event, time)
            return
        if event.error:
            return
        transaction = _transaction(event) if event.transaction else ""
        if unit is None or self._has_left(unit, event, transaction, start):
            unit = self._start(key, unit, event, start, idle=True)
        elif transaction and not unit.transactional and unit.transaction == transaction:
            unit.transactional = True
        unit.transaction = transaction
        steps = unit.steps
        steps.append((shape, event))
        if time > unit.end:
            unit.end = time
        if len(steps) >= _PORTION:
            self._portion(unit)

    def finish(self) -> list[Loop]:
        """Close everything and return the loops, sorted by id."""
        for key in sorted(self._open, key=lambda key: (self._open[key].start, key)):
            self._close(key, self._open[key])
        self._open.clear()
        self._chains.finish()
        return self._loops.finish()

    def skips(self) -> list[Skip]:
        """Where a bound was hit, so that a loop may have been cut in two."""
        return [
            Skip(source="workload", reason=reason, count=count)
            for reason, count in (
                (f"more than {2 * MAX_OPEN} sessions at once: units of work closed early", self._forced),
                (f"runs longer than {_ADJACENT_PORTION} statements without times: counted in parts", self._folded),
            )
            if count
        ]

    def _has_left(self, unit: Unit, event: Event, transaction: str, start: float) -> bool:
        """Whether the unit ended before this event, which runs in `transaction`."""
        if event.trace:
            return False
        if event.application != unit.application:
            return True
        if unit.transactional:
            return bool(unit.transaction and transaction and transaction != unit.transaction)
        if event.time is None or "/" not in transaction:
            if transaction != unit.transaction:
                return True
        elif transaction == unit.transaction:
            return False
        if event.time is None:
            return False
        return start - unit.end > (IDLE_S if self._fine else COARSE_IDLE_S)

    def _boundary(self, key: str, unit: Unit | None, role: str, event: Event, time: float) -> None:
        if role == SCHEMA:
            if unit is not None:
                unit.schema = True
        elif role == BEGIN:
            idle = unit is None or time - unit.end > IDLE_S
            self._start(key, unit, event, time, idle=idle).transactional = True
        elif unit is None:
            return
        elif role == END or (role == RESET and not unit.transactional):
            unit.end = max(unit.end, time)
            self._start(key, unit, event, time, idle=False)
        elif role == CUT:
            unit.cut = True
            after = self._start(key, unit, event, time, idle=True)
            after.transactional = after.cut = True

    def _start(self, key: str, old: Unit | None, event: Event, start: float, *, idle: bool) -> Unit:
        """Close `old` and open the next unit; its statements may have their parent in `old` unless it paused."""
        before: tuple[ShapeCount, ...] = ()
        if old is not None:
            before = () if idle or event.time is None else old.selects()
            self._close(key, old)
        elif len(self._open) >= 2 * MAX_OPEN:
            self._shed()
        unit = Unit(start, start, event.application, event.user, event.trace, _transaction(event), before)
        self._open[key] = unit
        unit.fresh = old is None and self._chains.is_new(key)
        return unit

    def _close(self, key: str, unit: Unit) -> None:
        """Find the loops of a finished unit."""
        if unit.schema:
            return
        mode = self._mode(unit)
        if mode == "adjacent":
            self._adjacent(unit, last=True)
            return
        if unit.stats is None and len(unit.steps) <= _TINY_STEPS:
            # Without times nothing says that one request followed the other: they are not joined.
            if mode != "trace" and not unit.cut and unit.steps and unit.end:
                self._chains.add(key, unit)
                return
            if len(unit.steps) < MIN_REPEATS:
                return
        if unit.steps or unit.stats:
            self._chains.end(key)
        if unit.stats is None and not _repeats(unit.steps):
            return
        stats = unit.stats or Repeats(unit.before)
        stats.fold(unit.steps)
        for window in stats.windows(mode=mode):
            self._loops.add(window)

    def _mode(self, unit: Unit) -> str:
        if unit.trace:
            return "trace"
        if unit.transactional or (unit.transaction and not unit.end):
            return "transaction"
        return "gap" if self._fine and unit.end else "adjacent"

    def _portion(self, unit: Unit) -> None:
        """Give up the steps of a unit that has grown long."""
        if self._mode(unit) == "adjacent":
            if len(unit.steps) >= _ADJACENT_PORTION:
                self._adjacent(unit, last=False)
            return
        if unit.stats is None:
            unit.stats = Repeats(unit.before)
        unit.stats.fold(unit.steps)
        unit.steps = []

    def _adjacent(self, unit: Unit, *, last: bool) -> None:
        """Find the runs of a sequence; unless it is the `last` portion, a run that may go on is kept for the next."""
        steps, done = unit.steps, 0
        for start, end in runs(steps):
            if end + MIN_REPEATS > len(steps) and start and not last:
                break
            before = (steps[start - 1][0],) if start else unit.before
            stats = Repeats(tuple(shape for shape in before if shape.kind == "select"))
            stats.fold(steps[start:end])
            for window in stats.windows(mode="adjacent"):
                self._loops.add(window)
            done = end
        if not last:
            self._folded += done == len(steps)
            keep = max(done, len(steps) - _PORTION) if done < len(steps) else done
            unit.before = (steps[keep - 1][0],)
            unit.steps = steps[keep:]

    def _sweep(self, now: float) -> None:
        """Close what has been quiet for long, in order of its start."""
        self._sweep_at = now + _LATE_S
        quiet = [(unit.start, key) for key, unit in self._open.items() if unit.end and now - unit.end > _limit(unit)]
        for _, key in sorted(quiet):
            self._close(key, self._open.pop(key))
        self._chains.sweep(now - _LATE_S, self._open)

    def _shed(self) -> None:
        """Close the half that has been quiet for longest; requests without times are over by then."""
        oldest = sorted((unit.end, key) for key, unit in self._open.items())[:MAX_OPEN]
        for _, key in oldest:
            unit = self._open.pop(key)
            self._forced += unit.end > 0
            self._close(key, unit)


def _repeats(steps: list[Step]) -> bool:
    """Whether any shape comes often enough for a loop: most units are requests without one."""
    return max(Counter([shape for shape, _ in steps]).values(), default=0) >= MIN_REPEATS


def _limit(unit: Unit) -> float:
    return _TRACE_S if unit.trace else _TRANSACTION_S if unit.transactional else COARSE_IDLE_S + _LATE_S


def _transaction(event: Event) -> str:
    """The transaction id; a virtual id that ends in `/0` means that there is none."""
    return "" if event.transaction.endswith("/0") else event.transaction


def _place(event: Event) -> str:
    """Where an event without session happened: its request, the backend of its virtual transaction id, or its file."""
    if not event.transaction:
        return event.source
    backend, slash, _ = event.transaction.partition("/")
    return f"{event.source} {backend}{slash}"
