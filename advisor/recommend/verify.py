"""Which indexes earn their place: the planner has to pick them, and some shape has to become half as expensive.

Greedy over the whole workload: the index (or the pair that only helps together) with the largest saving first, then
everything it touches is planned again, until nothing qualifies. What the final set no longer needs is dropped again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import msgspec

from advisor.model.index import IndexSpec
from advisor.model.recommendation import Candidate
from advisor.recommend.questions import Questions

Unit = frozenset[IndexSpec]

NEAR = 0.98
"""Savings within 2 % are called equal: below that the model's own error decides, and the simpler index wins."""

DISPENSABLE = 1.1
"""Costs within 10 % are called equal. An index is given up again when no shape gets dearer than that without it, or only
by less than `Limits.least_gain`."""


@dataclass(frozen=True)
class Limits:
    """What counts as help (rule IDX100). Costs are planner units of one execution."""

    cost_share: float
    """After / before, at most."""
    least_gain: float
    """Before - after, at least: a few random page reads are nobody's problem."""

    def helps(self, before: float, after: float) -> bool:
        return after <= before * self.cost_share and before - after >= self.least_gain


class Selection:
    """Greedy selection. `weights`: worth of one planner cost unit saved, by shape id; shapes not in it are not looked at."""

    def __init__(self, questions: Questions, weights: Mapping[str, float], limits: Limits) -> None:
        self.questions = questions
        self.weights = weights
        self.limits = limits
        self.chosen: list[IndexSpec] = []
        self.hopeful: list[str] = []
        self._ordered: dict[IndexSpec, frozenset[str]] = {}

    def run(self, candidates: Collection[Candidate]) -> list[IndexSpec]:
        """The chosen indexes, best first."""
        available = [c for c in candidates if self.questions.available(c.spec)]
        self._ordered = {c.spec: frozenset(c.ordered) for c in available}
        units: dict[Unit, set[str]] = {}
        for shape in sorted(self.weights):
            best = self.questions.answer(shape, [c.spec for c in available if self.questions.touches(shape, c.spec)])
            if not self.limits.helps(self.questions.cost(shape), best.plan.cost):
                continue
            self.hopeful.append(shape)
            own = [frozenset([c.spec]) for c in available if shape in c.shapes]
            # What the planner takes when it may take anything: also the pairs that only help together.
            for unit in [*own, best.used, *(frozenset([spec]) for spec in best.used)]:
                units.setdefault(unit, set()).add(shape)
        self._grow(units)
        self._prune()
        self._simplify(sorted({spec for unit in units for spec in unit}, key=repr))
        return self.chosen

    def _grow(self, units: dict[Unit, set[str]]) -> None:
        """Take the best unit until none saves anything.

        Only the units of shapes whose plan a choice has changed are asked about again; the figure of any other is checked
        when its turn comes, so that a stale one cannot decide.
        """
        savings = {unit: self._saving(unit, shapes) for unit, shapes in units.items()}
        while (top := max(savings.values(), default=0.0)) > 0:
            best = self._simplest([unit for unit, saving in savings.items() if saving >= top * NEAR])
            fresh = self._saving(best, units[best])
            if fresh < savings[best] * NEAR:
                savings[best] = fresh
                continue
            del savings[best]
            self.chosen += sorted(best - set(self.chosen), key=repr)
            moved = {s for s in self._touched(best) if self.questions.answer(s, self.chosen).used & best}
            for unit, shapes in units.items():
                if unit in savings and shapes & moved:
                    savings[unit] = self._saving(unit, shapes)

    def _touched(self, unit: Unit) -> list[str]:
        return [shape for shape in self.hopeful if any(self.questions.touches(shape, spec) for spec in unit)]

    def _saving(self, unit: Unit, shapes: Iterable[str]) -> float:
        """Weighted cost that the unit saves beside what is chosen; 0 unless some shape falls below the limit by it."""
        total, qualifies = 0.0, False
        extra = unit - set(self.chosen)
        for shape in shapes if extra else ():
            before = self.questions.cost(shape, self.chosen)
            after = self.questions.answer(shape, [*self.chosen, *extra])
            if after.used & extra:
                cost = self._without_vain_include(shape, extra, after.plan.cost)
                total += self.weights[shape] * max(0.0, before - cost)
                qualifies = qualifies or self.limits.helps(before, cost)
        return total if qualifies else 0.0

    def _without_vain_include(self, shape: str, extra: Unit, cost: float) -> float:
        """INCLUDE widens every entry: it counts only where it halves what the plain key leaves, and saves more than what
        passes for equal of the original cost. Elsewhere the index is worth what its plain key is."""
        plain = frozenset(msgspec.structs.replace(spec, include=()) for spec in extra)
        if plain == extra or not all(self.questions.available(spec) for spec in plain):
            return cost
        uncovered = self.questions.cost(shape, [*self.chosen, *plain])
        least = (1 - NEAR) * self.questions.cost(shape)
        return cost if self.limits.helps(uncovered, cost) and uncovered - cost >= least else max(cost, uncovered)

    def _simplest(self, near: list[Unit]) -> Unit:
        """Of units that save the same: the simplest that leaves no more to pay than the best key does.

        98 % and 99.9 % of a sequential scan's cost are both nearly all of it, and yet a factor of twenty in what is left.
        INCLUDE does not take part: it has to halve what the plain key leaves, in a round of its own.
        """
        spaces = {(spec.schema, spec.table) for unit in near for spec in unit}
        shapes = [s for s in self.hopeful if any(self.questions.relates(s, space) for space in spaces)]
        left = {
            unit: sum(self.weights[s] * self.questions.cost(s, [*self.chosen, *unit]) for s in shapes) for unit in near
        }
        plain = [unit for unit in near if not any(spec.include for spec in unit - set(self.chosen))] or near
        least = min(left[unit] for unit in plain)
        equal = [unit for unit in plain if left[unit] <= least * DISPENSABLE]
        return min(equal, key=lambda unit: self._simplicity(unit, shapes))

    def _simplicity(self, unit: Unit, shapes: Collection[str]) -> tuple[int, int, int, int, int, str]:
        """Small is simple. Only giving the first rows in order counts more than size: that holds for keys with more rows
        than the sample's, for which the costs were compared."""
        extra = sorted(unit - set(self.chosen), key=repr)
        return (
            len(extra),
            sum(len(spec.include) for spec in extra),
            -self._orders(unit, shapes),
            sum(self.questions.size(spec) for spec in extra),
            sum(len(spec.keys) for spec in extra),
            repr(extra),
        )

    def _orders(self, unit: Unit, shapes: Collection[str]) -> int:
        """How many shapes get their first rows in order from this unit, and gain by it."""
        wanting = {shape for spec in unit for shape in self._ordered[spec]} & set(shapes)
        more = [*self.chosen, *unit]
        return sum(self.questions.cost(s, more) < self.questions.cost(s, self.chosen) for s in wanting)

    def _prune(self) -> None:
        """Give up what later choices made superfluous, the least useful first."""
        for spec in sorted(self.chosen, key=self._loss_without):
            rest = [other for other in self.chosen if other != spec]
            if all(self._bearable(shape, rest) for shape in self.hopeful if self.questions.touches(shape, spec)):
                self.chosen = rest

    def _simplify(self, candidates: list[IndexSpec]) -> None:
        """Replace a choice by a smaller index on its table where no shape minds: an early choice was made for shapes that
        a later one serves better."""
        for spec in list(self.chosen):
            rest = [other for other in self.chosen if other != spec]
            touched = [shape for shape in self.hopeful if self.questions.touches(shape, spec)]
            users = {shape for shape in touched if spec in self.questions.answer(shape, self.chosen).used}
            fitting = [
                other
                for other in candidates
                if (other.schema, other.table) == (spec.schema, spec.table)
                and other not in self.chosen
                and self._bytes(other) < self._bytes(spec)
                and self._ordered[spec] & users <= self._ordered[other]
                and all(self._bearable(shape, [*rest, other]) for shape in touched)
            ]
            if fitting:
                self.chosen[self.chosen.index(spec)] = min(fitting, key=self._bytes)

    def _bytes(self, spec: IndexSpec) -> tuple[int, int, int, str]:
        return len(spec.include), self.questions.size(spec), len(spec.keys), repr(spec)

    def _bearable(self, shape: str, rest: list[IndexSpec]) -> bool:
        now, without = self.questions.cost(shape, self.chosen), self.questions.cost(shape, rest)
        return without <= now * DISPENSABLE or without - now < self.limits.least_gain

    def _loss_without(self, spec: IndexSpec) -> float:
        rest = [other for other in self.chosen if other != spec]
        touched = [shape for shape in self.hopeful if self.questions.touches(shape, spec)]
        return sum(
            self.weights[s] * (self.questions.cost(s, rest) - self.questions.cost(s, self.chosen)) for s in touched
        )
