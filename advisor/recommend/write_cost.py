"""What an index costs each write: its entry's width against the row's, for the share of rows that it holds.

(8 + width of its columns) / (23 + 4 + width of the row): 8 bytes are the index tuple's header, 23 + 4 the row's header and line
pointer (PostgreSQL storage format).
"""

from advisor.engines.postgres.candidates.workbench import column_of, width
from advisor.model.catalog import Table
from advisor.model.index import IndexSpec

_INDEX_TUPLE = 8
_ROW_HEADER = 27
_EXPRESSION = 16
"""Bytes assumed for an expression key, whose width nobody has measured yet."""


def write_cost(spec: IndexSpec, table: Table, admitted: float = 1.0) -> float:
    """Added share of the cost of writing one row, 0.1 = 10 %. `admitted`: share of the rows that the predicate admits."""
    names = [*(key.column for key in spec.keys), *spec.include]
    columns = [column_of(table, name) for name in names]
    entry = sum(width(column) if column else _EXPRESSION for column in columns)
    row = sum(width(column) for column in table.columns)
    return round(admitted * (_INDEX_TUPLE + entry) / (_ROW_HEADER + row), 4)


def stored_columns(spec: IndexSpec, table: Table) -> frozenset[str]:
    """Columns whose update writes the index: keys, INCLUDE and those named in expressions and the predicate."""
    named = {key.column for key in spec.keys if key.column} | set(spec.include)
    texts = " ".join([spec.predicate, *(key.expression for key in spec.keys)])
    return frozenset(named | {column.name for column in table.columns if column.name in texts})
