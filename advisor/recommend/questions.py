"""Asking the planner no more than needed: each (shape, relevant indexes) once, and not at all when an earlier plan answers.

A plan that was chosen with the indexes S at hand and uses only U of them is also the plan for every set between U and S:
the planner takes the cheapest, and taking away what it did not want changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from advisor.engines.base import WhatIf
from advisor.errors import NotPlannable
from advisor.model.index import IndexSpec
from advisor.model.plan import Plan
from advisor.model.workload import Shape

Relation = tuple[str, str]


class Answer(NamedTuple):
    """A plan, with which of our indexes it was offered and which it uses."""

    offered: frozenset[IndexSpec]
    used: frozenset[IndexSpec]
    plan: Plan


class Questions:
    """A cache in front of a WhatIf. `relations`: the (schema, table) pairs that each shape reads, by shape id."""

    def __init__(self, whatif: WhatIf, shapes: Iterable[Shape], relations: Mapping[str, Collection[Relation]]) -> None:
        self._whatif = whatif
        self._shapes = {shape.id: shape for shape in shapes}
        self._relations = relations
        self._answers: dict[str, list[Answer]] = {}
        self._names: dict[IndexSpec, str] = {}
        self._asked_about: Mapping[str, Collection[IndexSpec]] = {}
        self.refused: dict[IndexSpec, str] = {}
        self.asked = 0

    def add(self, specs: Iterable[IndexSpec]) -> None:
        """Make indexes available; those the server refuses are in `refused` and are never offered."""
        wanted = list(dict.fromkeys(specs))
        self.refused.update(self._whatif.add(wanted))
        for spec in wanted:
            if spec not in self.refused:
                self._names[spec] = self._whatif.index_name(spec)

    def restrict(self, asked_about: Mapping[str, Collection[IndexSpec]]) -> None:
        """From now on a shape (by id) is only ever offered these indexes: all others could not serve it."""
        self._asked_about = asked_about

    def available(self, spec: IndexSpec) -> bool:
        return spec in self._names

    def relates(self, shape: str, relation: Relation) -> bool:
        """Does the shape read this table?"""
        return relation in self._relations.get(shape, ())

    def touches(self, shape: str, spec: IndexSpec) -> bool:
        """May the index serve the shape? Nothing may before `restrict` has said so."""
        return self.relates(shape, (spec.schema, spec.table)) and spec in self._asked_about.get(shape, ())

    def answer(self, shape: str, specs: Collection[IndexSpec] = ()) -> Answer:
        """The plan of a shape with these indexes. Raises NotPlannable with the server's words."""
        offered = frozenset(spec for spec in specs if self.touches(shape, spec) and spec in self._names)
        known = self._answers.setdefault(shape, [])
        for earlier in known:
            if earlier.used <= offered <= earlier.offered and not any(map(_lends, earlier.offered - offered)):
                return Answer(offered, earlier.used, earlier.plan)
        self.asked += 1
        plan = self._whatif.explain(self._shapes[shape], sorted(offered, key=repr))
        names = plan.indexes
        made = Answer(offered, frozenset(spec for spec in offered if self._names[spec] in names), plan)
        known.append(made)
        return made

    def cost(self, shape: str, specs: Collection[IndexSpec] = ()) -> float:
        """Planner cost of one execution with these indexes."""
        return self.answer(shape, specs).plan.cost

    def size(self, spec: IndexSpec) -> int:
        """Estimated bytes on disk."""
        return self._whatif.size_bytes(spec)

    def plannable(self, shapes: Iterable[Shape]) -> tuple[list[str], dict[str, str]]:
        """(ids of the shapes that plan as the database is, {id of the others: the server's words})."""
        fine: list[str] = []
        words: dict[str, str] = {}
        for shape in shapes:
            try:
                self.answer(shape.id)
            except NotPlannable as error:
                words[shape.id] = error.message
            else:
                fine.append(shape.id)
        return fine, words


def _lends(spec: IndexSpec) -> bool:
    """Whether the planner estimates by the index even where it does not use it: statistics of an expression come from any full
    index over it (`examine_variable` in selfuncs.c), so a plan with it says nothing about a plan without it."""
    return not spec.predicate and any(key.expression for key in spec.keys)
