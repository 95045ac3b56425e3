"""What a twin assumes when there are no statistics at all (a schema.sql): tables of one plausible size.

Documented and said in the twin's notes; a recommendation that rests on it has low confidence.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from advisor.engines.postgres.twin import sizes
from advisor.model.catalog import Catalog, Column, ColumnStatistics, Table

ROWS = 100_000
"""Rows of every table and partition: large enough that a sequential scan hurts."""
CHILDREN = 20
"""Rows that refer to the same parent, for columns of single-column foreign keys."""

NOTE = (
    f"no statistics: every table is taken to hold {ROWS:,} rows, a foreign key to repeat {CHILDREN} times, and anything"
    " else as PostgreSQL's defaults say"
)

_FIXED = {
    "boolean": 1,
    "smallint": 2,
    "integer": 4,
    "bigint": 8,
    "real": 4,
    "double precision": 8,
    "date": 4,
    "uuid": 16,
    "timestamp without time zone": 8,
    "timestamp with time zone": 8,
    "time without time zone": 8,
    "interval": 16,
    "numeric": 8,
}
_UNKNOWN_WIDTH = 32
"""get_typavgwidth() of a type without a length."""


def assume(catalog: Catalog) -> Catalog:
    """`catalog` with assumed sizes when it has no statistics, else as it is."""
    if catalog.statistics != "none":
        return catalog
    return replace(catalog, tables=tuple(_assumed(table) for table in catalog.tables))


def _assumed(table: Table) -> Table:
    referring = {c.columns[0] for c in table.constraints if c.kind == "f" and len(c.columns) == 1}
    unique = {i.spec.keys[0].column for i in table.indexes if i.spec.unique and len(i.spec.keys) == 1}
    columns = tuple(_with_children(c) if c.name in referring - unique else c for c in table.columns)
    if table.kind == "p":
        return replace(table, columns=columns)
    pages = sizes.heap(ROWS, _fields(table.columns), table.fillfactor)
    return replace(table, columns=columns, rows=float(ROWS), pages=pages, all_visible=pages)


def _with_children(column: Column) -> Column:
    statistics = ColumnStatistics(null_frac=0.0, avg_width=_width(column.type), n_distinct=-1.0 / CHILDREN)
    return replace(column, statistics=(statistics,))


def _fields(columns: Iterable[Column]) -> list[sizes.Field]:
    return [sizes.Field(_width(column.type)) for column in columns]


def _width(type_name: str) -> int:
    return _FIXED.get(type_name.split("(")[0], _UNKNOWN_WIDTH)
