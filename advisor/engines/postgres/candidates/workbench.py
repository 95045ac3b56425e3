"""What the proposers know beside the statement: statistics, sharing of columns across the workload, columns that are updated."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from advisor.engines.postgres.shape.access import Access, Operand, Reading
from advisor.model.catalog import Catalog, Column, Table

EQUALITY_KINDS = ("=", "in", "null", "true", "false")
"""Kinds of terms that pin a column, so that it may stand before the sort and range columns."""

_WIDTHS = {"boolean": 1, "smallint": 2, "integer": 4, "real": 4, "date": 4, "uuid": 16, "interval": 16, "inet": 19}
_USUAL_WIDTH = 8
_TEXT_WIDTH = 32
"""What the planner itself assumes for a variable-length column without statistics (get_typavgwidth)."""


@dataclass(frozen=True)
class Workbench:
    """Facts of one workload and its catalogue, gathered before anything is proposed."""

    catalog: Catalog
    sharing: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(schema, table, operand) -> number of shapes that pin it by equality."""
    updated: Collection[tuple[str, str, str]] = frozenset()
    """(schema, table, column) that some UPDATE of the workload sets."""

    @classmethod
    def gather(cls, readings: Iterable[Reading], catalog: Catalog) -> "Workbench":
        """Count over all shapes."""
        sharing: Counter[tuple[str, str, str]] = Counter()
        updated: set[tuple[str, str, str]] = set()
        for reading in readings:
            updated.update(reading.updated)
            pinned = {
                (access.schema, access.table, label(term.operand))
                for access in reading.accesses
                for term in access.terms
                if term.kind in EQUALITY_KINDS
            }
            sharing.update(pinned)
        return cls(catalog, sharing, updated)

    def table(self, access: Access) -> Table:
        """The table of an access; accesses only exist for tables of the catalogue."""
        found = self.catalog.table(access.schema, access.table)
        if found is None:
            raise LookupError(f"{access.schema}.{access.table} is not in the catalogue it was read with")
        return found

    def shared(self, access: Access, operand: Operand) -> int:
        """How many shapes pin this operand by equality."""
        return self.sharing[access.schema, access.table, label(operand)]


def label(operand: Operand) -> str:
    """The operand as one string."""
    return operand.column or operand.expression


def column_of(table: Table, name: str) -> Column | None:
    return next((column for column in table.columns if column.name == name), None)


def distinct_values(table: Table, operand: Operand) -> float:
    """Estimated number of distinct values, 0 when nothing is known (negative `n_distinct` is a share of the rows)."""
    column = column_of(table, operand.column)
    if column is None or not column.statistics:
        return 0.0
    value = column.statistics[0].n_distinct
    return -value * max(table.rows, 1.0) if value < 0 else value


def width(column: Column) -> int:
    """Average bytes of a value: measured, else by type."""
    if column.statistics:
        return column.statistics[0].avg_width
    base = column.type.split("(")[0]
    if base in _WIDTHS:
        return _WIDTHS[base]
    fixed = base.startswith(("timestamp", "time")) or base in ("bigint", "double precision")
    return _USUAL_WIDTH if fixed else _TEXT_WIDTH
