"""Foreign keys without an index, as statements: what the server runs when a row of the parent is deleted or its key changes.

Only where deletes were counted or logged: an index costs every insert, and a check that never runs earns nothing back. The
others stay findings of IDX101.

`SELECT 1 FROM ONLY child x WHERE key = $1 FOR KEY SHARE OF x` stands in no log, so it joins the workload here as a shape of
its own; from there on it competes for indexes like any other statement.
"""

import hashlib
from collections.abc import Mapping

import msgspec

from advisor.detect.indexes import unindexed_foreign_keys
from advisor.engines.postgres import render
from advisor.model.catalog import Catalog, Constraint, Table
from advisor.model.event import Skip
from advisor.model.recommendation import Effect, Silence
from advisor.model.workload import Shape
from advisor.recommend.questions import Relation


class KeyCheck(msgspec.Struct, frozen=True):
    """The check of one foreign key."""

    table: str
    """The child, qualified."""
    constraint: Constraint
    parent: str
    deleted: int
    """Rows of the parent deleted since its counters were reset, or calls of logged DELETE statements if these are more."""
    shape: Shape

    def reasons(self, effect: Effect) -> tuple[str, ...]:
        """Why an index is worth having for it, in sentences."""
        key = ", ".join(self.constraint.columns)
        return (
            f"{key} is the foreign key {self.constraint.name} to {self.parent}, and no index begins with it.",
            f"Deleting a row of {self.parent} ({self.deleted:,} seen) checks this table: {effect.plan_before} "
            f"({effect.cost_before:,.1f}) becomes {effect.plan_after} ({effect.cost_after:,.1f}).",
        )

    def skip(self, silence: Silence) -> Skip:
        """That none is recommended, and why."""
        reason = f"foreign key {self.constraint.name} of {self.table} has no index: {silence.reason}"
        return Skip(source=silence.database, reason=reason)


def key_checks(catalog: Catalog, database: str, logged: Mapping[Relation, int]) -> dict[str, KeyCheck]:
    """Shape id -> check, for every foreign key without an index whose parent loses rows.

    `logged`: (schema, table) -> calls of the DELETE statements of the workload.
    """
    checks = [
        _check(table, constraint, catalog, database, logged) for table, constraint in unindexed_foreign_keys(catalog)
    ]
    return {check.shape.id: check for check in checks if check.deleted}


def _check(
    table: Table, constraint: Constraint, catalog: Catalog, database: str, logged: Mapping[Relation, int]
) -> KeyCheck:
    name = render.qualified(table.schema, table.name)
    parent = catalog.table(*constraint.references) if constraint.references else None
    counted = parent.writes.deleted if parent and parent.writes else 0
    deleted = max(counted, logged.get(constraint.references, 0)) if constraint.references else 0
    text = _statement(name, table.kind, constraint.columns)
    digest = hashlib.blake2b(f"{constraint.name}\0{text}".encode(), digest_size=8).hexdigest()
    return KeyCheck(
        table=name,
        constraint=constraint,
        parent=render.qualified(*constraint.references) if constraint.references else "the parent",
        deleted=deleted,
        shape=Shape(id=digest, engine="postgres", database=database, text=text, kind="select", calls=max(1, deleted)),
    )


def _statement(table: str, kind: str, columns: tuple[str, ...]) -> str:
    """As ri_triggers.c writes it."""
    where = " AND ".join(f"x.{render.quote_ident(column)} = ${number}" for number, column in enumerate(columns, 1))
    child = f"ONLY {table}" if kind == "r" else table
    return " ".join(("SELECT 1 FROM", child, "x WHERE", where, "FOR KEY SHARE OF x"))
