"""When one index makes another superfluous.

An index A covers B when every scan that B serves is served by A about as well: same table and method, B's keys are the first keys of
A (all of them: the same index), same predicate or none in A, and A holds what B includes. A non-unique index never covers a
unique one, which is a constraint.
"""

from advisor.engines.postgres.ddl.expressions import comparable, comparable_key
from advisor.model.catalog import Index, Table
from advisor.model.index import IndexKey, IndexSpec

SAME = "same"
PREFIX = "prefix"
_ORDERED = "btree"
_ANY_KEY = ("gin", "brin")
"""Methods that search by any of their keys: a subset is covered, whatever the order."""


def covers(existing: IndexSpec, new: IndexSpec) -> str:
    """`same`, `prefix` or `` for what `existing` does for `new`. Schemas and tables are compared by the caller."""
    if existing.method != new.method or len(existing.keys) < len(new.keys):
        return ""
    if new.unique and (not existing.unique or len(existing.keys) != len(new.keys)):
        return ""
    if existing.predicate and comparable(existing.predicate) != comparable(new.predicate):
        return ""
    held = {key.column for key in existing.keys} | set(existing.include)
    if not set(new.include) <= held or not _keys_begin(existing, new):
        return ""
    if bool(existing.predicate) != bool(new.predicate):
        return ""
    return SAME if len(existing.keys) == len(new.keys) else PREFIX


def shadowing_key(table: Table, new: IndexSpec) -> Index | None:
    """The primary key or unique not-null constraint that already serves `new`.

    Either `new` begins with all columns of that key, so one row at most is left for whatever follows; or its columns are the first
    columns of that key.
    """
    if new.method != _ORDERED:
        return None
    wanted = [key.column for key in new.keys]
    not_null = {column.name for column in table.columns if column.not_null}
    for index in table.indexes:
        columns = [key.column for key in index.spec.keys]
        if index.spec.predicate or not index.valid or not all(columns) or index.spec.method != _ORDERED:
            continue
        if not (index.primary or (index.spec.unique and not_null.issuperset(columns))):
            continue
        starts_with_key = set(wanted[: len(columns)]) == set(columns) and len(wanted) >= len(columns)
        is_prefix = index.primary and wanted == columns[: len(wanted)] and not new.include
        if starts_with_key or (is_prefix and not new.unique):
            return index
    return None


def _keys_begin(existing: IndexSpec, new: IndexSpec) -> bool:
    if existing.method in _ANY_KEY:
        return {comparable_key(key) for key in new.keys} <= {comparable_key(key) for key in existing.keys}
    pairs = list(zip(existing.keys, new.keys, strict=False))
    if any(comparable_key(a) != comparable_key(b) for a, b in pairs):
        return False
    if existing.method != _ORDERED:
        return len(existing.keys) == len(new.keys)
    # A B-tree is read in both directions, so one in which every direction is turned is the same index.
    return all(_order(a) == _order(b) for a, b in pairs) or all(_order(a) == _turned(b) for a, b in pairs)


def _order(key: IndexKey) -> tuple[bool, bool]:
    return key.descending, key.nulls_are_first


def _turned(key: IndexKey) -> tuple[bool, bool]:
    return not key.descending, not key.nulls_are_first
