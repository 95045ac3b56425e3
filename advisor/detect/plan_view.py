"""A plan as the rules look at it: nodes that ran, with their place, totals over all loops, and what is only estimated."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from advisor.engines.postgres.plan.expression import Comparison, comparison, conjuncts
from advisor.model.catalog import Catalog, Table
from advisor.model.plan import Plan, PlanNode

PASSES_ROWS = ("Result", "Subquery Scan", "LockRows", "Gather", "Gather Merge", "ProjectSet", "Append", "Merge Append")
"""Nodes that hand their input's rows on one by one: a Limit above them reaches through."""
LEADER_SHARE = 0.3
"""What each worker takes from the leader's own share of the work: `get_parallel_divisor` in costsize.c."""


@dataclass(eq=False)
class Place:
    """One node of the plan: `number` counts from 1 in reading order."""

    node: PlanNode
    number: int
    parent: "Place | None"
    children: list["Place"] = field(default_factory=list)

    @property
    def measured(self) -> bool:
        return self.node.actual_rows is not None

    @property
    def loops(self) -> float:
        return self.node.loops or 1.0

    @property
    def rows(self) -> float:
        """Rows that the node gave out over all its loops: counted, or the planner's estimate."""
        if self.node.actual_rows is not None:
            return self.node.actual_rows * self.loops
        return (self.node.plan_rows or 0.0) * self._processes()

    @property
    def relation(self) -> str:
        return f"{self.node.schema}.{self.node.relation}" if self.node.schema else self.node.relation

    def total(self, detail: str) -> float:
        """A counter that EXPLAIN prints per loop, over all loops; 0 when it is not printed."""
        value = self.node.details.get(detail, 0)
        return float(value) * self.loops if isinstance(value, int | float) else 0.0

    def number_of(self, detail: str) -> float:
        """A counter that EXPLAIN prints for the whole execution (blocks, batches, kB); 0 when it is not printed."""
        value = self.node.details.get(detail, 0)
        return float(value) if isinstance(value, int | float) else 0.0

    def ancestors(self) -> Iterator["Place"]:
        place = self.parent
        while place:
            yield place
            place = place.parent

    def limit(self) -> "Place | None":
        """The Limit that may stop this node before it has given out all its rows."""
        below = self
        for above in self.ancestors():
            if above.node.type == "Limit":
                return above
            outer = above.node.type == "Nested Loop" and above.children[0] is below
            if above.node.type not in PASSES_ROWS and not outer:
                return None
            below = above
        return None

    def _processes(self) -> float:
        """Estimates below a Gather are for one process."""
        if not self.node.details.get("Parallel Aware"):
            return 1.0
        gather = next((a for a in self.ancestors() if "Workers Planned" in a.node.details), None)
        workers = gather.number_of("Workers Planned") if gather else 0.0
        return workers + max(0.0, 1.0 - LEADER_SHARE * workers)


@dataclass(frozen=True)
class View:
    """What a rule is given. `places` leaves out nodes that never ran: they give no advice."""

    plan: Plan
    places: tuple[Place, ...]
    catalog: Catalog | None = None
    critical: Collection[str] = ()

    def of_type(self, *types: str) -> Iterator[Place]:
        return (place for place in self.places if place.node.type in types)

    def table(self, place: Place) -> Table | None:
        """The catalogue's table of a scan, when there is a catalogue and it knows the table."""
        return self.catalog.resolve(place.node.relation, place.node.schema) if self.catalog else None


class Sighting(NamedTuple):
    """A rule's condition met at one node. `severity` is empty where the rule's own holds."""

    place: Place
    message: str
    evidence: dict[str, Any]
    severity: str = ""


Thresholds = Mapping[str, float]
Check = Callable[[View, Thresholds], Iterator[Sighting]]


def view(plan: Plan, catalog: Catalog | None = None, critical: Collection[str] = ()) -> View:
    """Number the nodes, link them to their parents, and leave out what was never executed."""
    places: list[Place] = []
    waiting: list[tuple[PlanNode, Place | None]] = [(plan.root, None)]
    while waiting:
        node, parent = waiting.pop()
        place = Place(node, len(places) + 1, parent)
        places.append(place)
        if parent:
            parent.children.append(place)
        waiting += [(child, place) for child in reversed(node.children)]
    return View(plan, tuple(place for place in places if place.node.loops != 0), catalog, critical)


def comparisons(expression: str) -> list[Comparison]:
    """The conditions of an AND that an ordinary index could serve."""
    return [found for part in conjuncts(expression) if (found := comparison(part))]


def columns(expression: str) -> list[str]:
    """Columns of `comparisons`, each once, in order of appearance."""
    return list(dict.fromkeys(found.column for found in comparisons(expression)))


def count(number: float) -> str:
    """`1,200,000`; a fraction (an average over loops) keeps one digit."""
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:,.1f}"


def rows_of(number: float) -> str:
    """`1 row`, `1,200,000 rows`."""
    return f"{count(number)} row{'' if number == 1 else 's'}"


def percent(part: float, whole: float) -> str:
    """`99.8 %`, rounded down so that only everything is 100 %."""
    share = int(1000 * part / whole) / 10 if whole else 0.0
    return f"{share:g} %"


def listed(names: list[str]) -> str:
    """`a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
