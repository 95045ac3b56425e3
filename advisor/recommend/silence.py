"""Why nothing is recommended for a shape: the first reason that applies, in one sentence, never with a value of the user's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from advisor.engines.postgres import render
from advisor.engines.postgres.candidates.existing import unique_lookup
from advisor.engines.postgres.plan.tree import describe
from advisor.engines.postgres.shape.access import Reading
from advisor.model.catalog import Catalog, Table
from advisor.model.index import IndexSpec
from advisor.model.plan import Plan
from advisor.model.recommendation import Silence
from advisor.model.workload import Shape
from advisor.recommend.questions import Questions, Relation
from advisor.recommend.verify import Limits

MOST_ROWS = 0.2
"""Share of a table above which reading it through an index is rarely cheaper than reading it whole."""


@dataclass(frozen=True)
class Silences:
    """Says why, for shapes that no recommendation serves."""

    catalog: Catalog
    questions: Questions
    limits: Limits
    tiny: Collection[Relation]
    """Tables too small for an index."""
    not_plannable: dict[str, str]
    """Shape id -> the server's words."""

    def explain(self, shape: Shape, reading: Reading, tried: Sequence[IndexSpec]) -> Silence:
        """The silence of one shape, for which the indexes `tried` were asked about."""
        if reason := self._before_planning(shape, reading):
            return self._silence(shape, reason)
        before = self.questions.answer(shape.id).plan
        reason = "" if tried else self._without_candidates(reading, before)
        if not reason and before.cost < self.limits.least_gain:
            reason = f"already cheap: {describe(before)}, cost {before.cost:.1f}"
        if reason:
            return self._silence(shape, reason, before=before.cost)
        return self._not_helped(shape, reading, before, tried)

    def _before_planning(self, shape: Shape, reading: Reading) -> str:
        if words := self.not_plannable.get(shape.id):
            return f"not plannable: {words}"
        if shape.kind == "insert" and not reading.accesses:
            return "INSERT: an index makes it slower, never faster"
        if reading.reason:
            return reading.reason
        if not reading.accesses:
            names = ", ".join(reading.unknown)
            return f"reads no table of this schema ({names})" if names else "reads no table"
        if lookup := self._unique_lookup(reading):
            return lookup
        tables = self._tables(reading)
        if all((table.schema, table.name) in self.tiny for table in tables):
            sizes = ", ".join(f"{table.name} has {max(table.pages, 0)} pages" for table in tables)
            return f"tiny table: {sizes}"
        return ""

    def _unique_lookup(self, reading: Reading) -> str:
        """Every table of the statement is read by a unique key."""
        names = []
        for access in reading.accesses:
            table = self.catalog.table(access.schema, access.table)
            index = unique_lookup(access, access.terms, table) if table else None
            if index is None:
                return ""
            names.append(index)
        kind = "primary-key" if all(index.primary for index in names) else "unique-key"
        return f"{kind} lookup already: {', '.join(dict.fromkeys(index.name for index in names))}"

    def _without_candidates(self, reading: Reading, plan: Plan) -> str:
        """Why nothing could be proposed."""
        if refused := _refused(reading):
            return refused
        if plan.indexes:
            return f"already indexed: {', '.join(sorted(plan.indexes))}"
        if most := self._most_rows(plan):
            return most
        if any(access.terms or access.orders for access in reading.accesses):
            return "an existing index serves its conditions, and the planner prefers not to use it"
        return "reads whole tables: no condition, order or join that an index could serve"

    def _not_helped(self, shape: Shape, reading: Reading, before: Plan, tried: Sequence[IndexSpec]) -> Silence:
        """None of the candidates was good enough: name the best of them and its cost."""
        best = self.questions.answer(shape.id, tried)
        if best.used:
            share = round(100 * (before.cost - best.plan.cost) / before.cost) if before.cost else 0
            spec = min(best.used, key=repr)
            ddl = render.create_index(spec, render.index_name(spec))
            reason = f"the cost falls only by {share} % ({before.cost:.1f} to {best.plan.cost:.1f})"
            return self._silence(shape, reason, candidate=ddl, before=before.cost, after=best.plan.cost)
        reasons = [self._most_rows(before) or f"the planner picks none of {len(tried)} candidates", _refused(reading)]
        return self._silence(shape, "; ".join(filter(None, reasons)), before=before.cost)

    def _most_rows(self, plan: Plan) -> str:
        for node in plan.root.walk():
            table = self.catalog.resolve(node.relation, node.schema) if node.relation else None
            if table and node.type == "Seq Scan" and node.filter and table.rows > 0 and node.plan_rows is not None:
                share = node.plan_rows / table.rows
                if share >= MOST_ROWS:
                    return (
                        f"the condition matches about {min(share, 1):.0%} of {table.name}: reading all of it is cheaper"
                    )
        return ""

    def _tables(self, reading: Reading) -> list[Table]:
        names = dict.fromkeys((access.schema, access.table) for access in reading.accesses)
        return [table for name in names if (table := self.catalog.table(*name))]

    def _silence(
        self,
        shape: Shape,
        reason: str,
        *,
        candidate: str = "",
        before: float | None = None,
        after: float | None = None,
    ) -> Silence:
        return Silence(
            shape=shape.id,
            database=shape.database,
            reason=reason,
            candidate=candidate,
            cost_before=before,
            cost_after=after,
        )


def _refused(reading: Reading) -> str:
    """Conditions that no B-tree serves, each with its reason."""
    terms = [term for access in reading.accesses for term in access.terms if term.kind == "refused"]
    return "; ".join(dict.fromkeys(f"{t.operand.column or t.operand.expression}: {t.reason}" for t in terms))
