"""Recommendations from chosen indexes: names, DDL, sums over the shapes they serve."""

from collections.abc import Iterable, Mapping, Sequence

from advisor.engines.base import WhatIf
from advisor.engines.postgres import render
from advisor.engines.postgres.engine import PostgresEngine
from advisor.errors import NotPlannable
from advisor.model.catalog import Catalog, Table
from advisor.model.index import IndexSpec
from advisor.model.recommendation import Candidate, Effect, Recommendation
from advisor.model.workload import Shape
from advisor.recommend import explain
from advisor.recommend.foreign_keys import KeyCheck
from advisor.recommend.questions import Questions
from advisor.recommend.verify import Limits
from advisor.recommend.write_cost import write_cost


class Builder:
    """Builds every recommendation of one run; names given to one are not given to another."""

    def __init__(
        self,
        catalog: Catalog,
        questions: Questions,
        whatif: WhatIf,
        limits: Limits,
        shapes: Sequence[Shape],
        checks: Mapping[str, KeyCheck],
        updates: Mapping[tuple[str, str, str], int],
        database: str,
    ) -> None:
        self.catalog = catalog
        self.questions = questions
        self.whatif = whatif
        self.limits = limits
        self.shapes = shapes
        self.checks = checks
        self.updates = updates
        self.database = database
        self.engine = PostgresEngine()
        self.served: set[str] = set()
        """Ids of the shapes that a recommendation helps."""
        self.names = {index.name for table in catalog.tables for index in table.indexes}
        self.names |= {table.name for table in catalog.tables}

    def recommendations(self, chosen: Sequence[IndexSpec], candidates: Iterable[Candidate]) -> list[Recommendation]:
        """One for each chosen index that makes at least one statement as much cheaper as the limits ask."""
        why = {candidate.spec: candidate.reasons for candidate in candidates}
        names = {spec: self._name(spec) for spec in chosen}
        final = {self.whatif.index_name(spec): name for spec, name in names.items()}
        made = []
        for spec in chosen:
            effects = explain.effects(spec, chosen, self.shapes, self.questions, self.limits, final)
            if any(not effect.reason for effect in effects):
                self.served |= {effect.shape for effect in effects if not effect.reason}
                made.append(self._recommendation(spec, names[spec], effects, why[spec]))
        return made

    def _recommendation(
        self, spec: IndexSpec, name: str, effects: tuple[Effect, ...], why: Sequence[str]
    ) -> Recommendation:
        table = self._table(spec)
        helped = [effect for effect in effects if not effect.reason]
        mine = [shape for shape in self.shapes if shape.id in {e.shape for e in helped} - self.checks.keys()]
        sure = explain.confidence(spec, self.catalog, table, mine)
        ddl, undo = self._ddl(spec, name, table)
        return Recommendation(
            id=explain.recommendation_id(spec, self.database),
            action="create",
            database=self.database,
            relation=render.qualified(spec.schema, spec.table),
            name=name,
            index=spec,
            ddl=ddl,
            undo=undo,
            shapes=tuple(sorted(shape.id for shape in mine)),
            effects=tuple(effect for effect in effects if effect.shape not in self.checks),
            cost_before=sum(effect.calls * effect.cost_before for effect in helped),
            cost_after=sum(effect.calls * effect.cost_after for effect in helped),
            measured_by=self.whatif.measured_by,
            size_bytes=self.whatif.size_bytes(spec),
            write_cost=write_cost(spec, table, self._admitted(spec, table)),
            confidence=sure.level,
            reasons=(*self._reasons(spec, table, effects, why), *sure.reasons),
        )

    def _reasons(self, spec: IndexSpec, table: Table, effects: Sequence[Effect], why: Sequence[str]) -> tuple[str, ...]:
        observed = [effect for effect in effects if effect.shape not in self.checks]
        keys = [effect for effect in effects if effect.shape in self.checks and not effect.reason]
        updated = {
            column: calls for (s, t, column), calls in self.updates.items() if (s, t) == (spec.schema, spec.table)
        }
        texts = explain.reasons(why, observed, spec, table, updated)
        return (*texts, *(text for effect in keys for text in self.checks[effect.shape].reasons(effect)))

    def _admitted(self, spec: IndexSpec, table: Table) -> float:
        """Share of the rows that a partial index holds, as the planner estimates its predicate; 1 when it cannot say."""
        if not spec.predicate or table.rows <= 0:
            return 1.0
        text = " ".join(("SELECT 1 FROM", render.qualified(spec.schema, spec.table), "WHERE", spec.predicate))
        try:
            plan = self.whatif.explain(Shape(id="", engine="postgres", database="", text=text, kind="select"))
        except NotPlannable:
            return 1.0
        return min(1.0, (plan.root.plan_rows or 0.0) / table.rows)

    def _table(self, spec: IndexSpec) -> Table:
        found = self.catalog.table(spec.schema, spec.table)
        if found is None:
            raise LookupError(f"{spec.schema}.{spec.table} left the catalogue")
        return found

    def _name(self, spec: IndexSpec) -> str:
        name = render.index_name(spec, self.names)
        self.names.add(name)
        return name

    def _ddl(self, spec: IndexSpec, name: str, table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if table.kind != "p":
            return self.engine.ddl(spec, name)
        parts = tuple(self._leaves(table))
        names = tuple(self._name(IndexSpec(p.schema, p.name, spec.keys, spec.include, spec.predicate)) for p in parts)
        return self.engine.partitioned_ddl(spec, name, parts, names)

    def _leaves(self, parent: Table) -> Iterable[Table]:
        for table in self.catalog.tables:
            if table.partition_of == (parent.schema, parent.name):
                yield table
