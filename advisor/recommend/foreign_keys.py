"""Indexes for foreign keys, proved by planning what the server itself runs when a row of the parent is deleted or its key
changes: `SELECT 1 FROM ONLY child x WHERE key = $1 FOR KEY SHARE OF x`. No log shows that statement."""

import hashlib

from advisor.detect.indexes import foreign_key_index, unindexed_foreign_keys
from advisor.engines.base import WhatIf
from advisor.engines.postgres import render
from advisor.engines.postgres.plan_tree import describe
from advisor.errors import NotPlannable
from advisor.model.catalog import Catalog, Constraint, Table
from advisor.model.event import Skip
from advisor.model.index import IndexSpec
from advisor.model.plan import Plan
from advisor.model.recommendation import Effect
from advisor.model.workload import Shape
from advisor.recommend.verify import Limits


class ForeignKeyIndex:
    """An index for a foreign key that the planner would use, with the proof."""

    def __init__(self, table: Table, constraint: Constraint, spec: IndexSpec, before: Plan, after: Plan) -> None:
        self.table = table
        self.constraint = constraint
        self.spec = spec
        self.effect = Effect(
            shape=_check(table, constraint).id,
            calls=1,
            cost_before=before.cost,
            cost_after=after.cost,
            used=True,
            plan_before=describe(before),
            plan_after=describe(after),
        )

    def reasons(self, parent: Table | None) -> tuple[str, ...]:
        """Why, in sentences."""
        key = ", ".join(self.constraint.columns)
        name = render.qualified(*self.constraint.references) if self.constraint.references else "the parent"
        texts = [
            f"{key} is the foreign key {self.constraint.name} to {name}, and no index begins with it.",
            f"Deleting one row of {name} checks this table: {self.effect.plan_before} "
            f"(cost {self.effect.cost_before:.1f}) becomes {self.effect.plan_after} (cost {self.effect.cost_after:.1f}).",
        ]
        if parent and parent.writes:
            texts.append(f"{parent.writes.deleted:,} rows of {name} were deleted since its counters were reset.")
        return tuple(texts)


def foreign_key_indexes(
    catalog: Catalog, whatif: WhatIf, chosen: list[IndexSpec], limits: Limits, smallest: float
) -> tuple[list[ForeignKeyIndex], list[Skip]]:
    """(indexes worth having, foreign keys left out with the reason). `smallest`: pages below which a table is read
    faster than looked up."""
    found: list[ForeignKeyIndex] = []
    skipped: list[Skip] = []
    wanted = []
    for table, constraint in unindexed_foreign_keys(catalog, chosen):
        if 0 <= table.pages < smallest and table.rows >= 0:
            reason = f"foreign key {constraint.name} has no index, and its table is small ({table.pages} pages)"
            skipped.append(Skip(source=catalog.database, reason=reason))
        else:
            wanted.append((table, constraint, foreign_key_index(table, constraint)))
    refused = whatif.add([spec for _, _, spec in wanted])
    for table, constraint, spec in wanted:
        outcome = refused.get(spec) or _prove(table, constraint, spec, whatif, limits)
        if isinstance(outcome, ForeignKeyIndex):
            found.append(outcome)
        else:
            reason = f"foreign key {constraint.name} has no index, and none is recommended: {outcome}"
            skipped.append(Skip(source=catalog.database, reason=reason))
    return _distinct(found), skipped


def _prove(
    table: Table, constraint: Constraint, spec: IndexSpec, whatif: WhatIf, limits: Limits
) -> "ForeignKeyIndex | str":
    check = _check(table, constraint)
    try:
        before, after = whatif.explain(check), whatif.explain(check, [spec])
    except NotPlannable as error:
        return error.message
    if whatif.index_name(spec) not in after.indexes:
        return "the planner does not pick it"
    if not limits.helps(before.cost, after.cost):
        return f"the cost of the check falls only from {before.cost:.1f} to {after.cost:.1f}"
    return ForeignKeyIndex(table, constraint, spec, before, after)


def _check(table: Table, constraint: Constraint) -> Shape:
    """The statement of the RI trigger (`RI_FKey_noaction_del` and its kin in ri_triggers.c)."""
    names = enumerate(constraint.columns, 1)
    where = " AND ".join(f"x.{render.quote_ident(column)} = ${number}" for number, column in names)
    only = "ONLY " if table.kind == "r" else ""
    child = only + render.qualified(table.schema, table.name)
    text = " ".join(("SELECT 1 FROM", child, "x WHERE", where, "FOR KEY SHARE OF x"))
    digest = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    return Shape(id=digest, engine="postgres", database="", text=text, kind="select")


def _distinct(found: list[ForeignKeyIndex]) -> list[ForeignKeyIndex]:
    """One index serves two foreign keys on the same columns, and a longer one serves the shorter."""
    kept: list[ForeignKeyIndex] = []
    for item in sorted(found, key=lambda one: (-len(one.spec.keys), repr(one.spec))):
        same = [k for k in kept if (k.spec.schema, k.spec.table) == (item.spec.schema, item.spec.table)]
        if not any(k.spec.keys[: len(item.spec.keys)] == item.spec.keys for k in same):
            kept.append(item)
    return sorted(kept, key=lambda one: repr(one.spec))
