"""Unit: what belongs to one request, job or test while it is collected. `units` opens and closes them, `chains` joins tiny ones."""

import msgspec

from advisor.workload.repeats import Repeats, Step, latest_selects
from advisor.workload.shapes import ShapeCount


class Unit(msgspec.Struct, gc=False):
    """A unit of work; times are epoch seconds, 0.0 when the log has none."""

    start: float
    end: float
    application: str
    user: str
    trace: str
    transaction: str
    """Id of the transaction of its last statement; empty when there is none."""
    before: tuple[ShapeCount, ...]
    """Reading statements that may have given its values: the latest two before it, last first."""
    steps: list[Step] = []
    stats: Repeats | None = None
    """Of the steps that were folded because there were too many."""
    transactional: bool = False
    cut: bool = False
    """Begins or ends at a savepoint."""
    schema: bool = False
    """Changes the schema: a migration or a test's set-up."""
    fresh: bool = False
    """The first unit of its session."""

    def selects(self) -> tuple[ShapeCount, ...]:
        """The latest two different reading statements of the unit and of what came before it, last first."""
        known = self.stats.selects if self.stats else self.before
        for shape, _ in self.steps:
            if shape.kind == "select":
                known = latest_selects(shape, known)
        return known
