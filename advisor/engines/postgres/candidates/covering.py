"""INCLUDE: the few narrow columns that let a statement be answered from the index alone."""

from advisor.engines.postgres.candidates.workbench import Workbench, column_of, width
from advisor.engines.postgres.shape.access import Access
from advisor.model.index import IndexKey

MOST_COLUMNS = 4
MOST_BYTES = 96
"""Wider payloads turn the index into a second copy of the table."""


def include(
    access: Access, keys: tuple[IndexKey, ...], predicate_columns: frozenset[str], bench: Workbench
) -> tuple[str, ...]:
    """Columns to INCLUDE so that the index covers the access, in table order; empty when it should not or need not.

    Columns that an UPDATE of the workload sets are left out altogether: each update would lose its HOT chain.
    """
    if access.needed is None or any(key.expression for key in keys):
        return ()
    table = bench.table(access)
    missing = access.needed - {key.column for key in keys} - predicate_columns
    columns = [column for column in table.columns if column.name in missing]
    if not 1 <= len(columns) <= MOST_COLUMNS or sum(width(column) for column in columns) > MOST_BYTES:
        return ()
    if any((access.schema, access.table, column.name) in bench.updated for column in columns):
        return ()
    return tuple(column.name for column in columns if column_of(table, column.name))
