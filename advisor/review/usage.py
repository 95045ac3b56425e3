"""How the statements of a workload reach the tables of a catalogue, and whether an index could serve one of them.

Deliberately generous: what a statement asks of a table is read by `engines.postgres.shape`; a table named by a statement that could
not be read is not `readable`, so that no rule calls an index useless on the strength of a gap.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from advisor.engines.postgres.ddl.expressions import columns, conditions, pinned_columns
from advisor.engines.postgres.shape import READS, read_shape
from advisor.engines.postgres.shape.access import Access, Reading, Term
from advisor.model.catalog import Catalog, Table
from advisor.model.index import IndexSpec
from advisor.model.workload import Workload

_WORD = re.compile(r"[\w$]+")
_EQUALITIES = ("=", "in", "null", "true", "false")


@dataclass(frozen=True)
class Use:
    """One access of a statement to a table."""

    shape: str
    access: Access
    by_key: bool
    """A unique key finds the row: whatever else the statement asks of the table is a filter on that row."""

    @property
    def equal(self) -> set[str]:
        """Columns compared for equality, to a value or in a join."""
        return {term.operand.column for term in self.access.terms if term.kind in _EQUALITIES}

    @property
    def bounded(self) -> set[str]:
        """Columns bounded by a range or sorted by."""
        ranges = {term.operand.column for term in self.access.terms if term.kind == "range"}
        return ranges | {key.operand.column for order in self.access.orders for key in order.keys}

    @property
    def touched(self) -> set[str]:
        """Every column in a condition or an order."""
        return {column for operand in self.access.operands() for column in (*operand.columns, operand.column)}


@dataclass(frozen=True)
class WorkloadUse:
    """Uses by (schema, table), and the words of the statements that could not be read."""

    tables: Mapping[tuple[str, str], list[Use]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    def of(self, table: Table) -> list[Use]:
        return self.tables.get((table.schema, table.name), [])

    def readable(self, table: Table) -> bool:
        """Were all statements that name the table understood?"""
        return table.name not in self.unread


def workload_use(workload: Workload, catalog: Catalog) -> WorkloadUse:
    """How the PostgreSQL statements of a workload use the tables of the catalogue."""
    tables: dict[tuple[str, str], list[Use]] = {}
    unread: set[str] = set()
    for shape in workload.shapes:
        if shape.engine != "postgres" or shape.kind not in READS:
            continue
        reading = read_shape(shape, catalog)
        if reading.reason:
            unread.update(_WORD.findall(shape.text))
        for access in reading.accesses:
            table = catalog.table(access.schema, access.table)
            by_key = table is not None and _found_by_key(access, reading, table)
            tables.setdefault((access.schema, access.table), []).append(Use(shape.id, access, by_key))
    return WorkloadUse(tables, frozenset(unread))


def could_serve(spec: IndexSpec, use: Use) -> bool:
    """Could the planner choose the index for this access?

    Its predicate must follow from the statement, so each column of it must be in a condition there; and the first key that the
    predicate leaves more than one value of must be searched or sorted by.
    """
    touched = {column.lower() for column in use.touched}  # the statement may leave out the quotes that a name needs
    if use.by_key or not {condition.column.lower() for condition in conditions(spec.predicate)} <= touched:
        return False
    pinned = {column.lower() for column in pinned_columns(spec.predicate)}
    leading = next((key for key in spec.keys if key.column.lower() not in pinned), None)
    if leading is None:
        return True
    wanted = {leading.column} if leading.column else columns(leading.expression)
    return not wanted or any(column.lower() in touched for column in wanted)


def _found_by_key(access: Access, reading: Reading, table: Table) -> bool:
    """Do equality terms give all columns of a unique key, from constants or from a table that constants select from?"""
    given = {term.operand.column for term in access.terms if term.kind == "=" and _is_given(term, reading)}
    keys = [[key.column for key in index.spec.keys] for index in table.indexes if _is_key(index.spec)]
    return any(key and given.issuperset(key) for key in keys)


def _is_key(spec: IndexSpec) -> bool:
    return spec.unique and not spec.predicate and all(key.column for key in spec.keys)


def _is_given(term: Term, reading: Reading) -> bool:
    if term.partner is None:
        return True
    partners = (access for access in reading.accesses if access.number == term.partner)
    return any(other.kind == "=" and other.partner is None for access in partners for other in access.terms)


def equal_after_bounded(names: list[str], uses: list[Use]) -> Iterator[tuple[str, Use]]:
    """Later key columns that a statement compares for equality while it bounds or sorts by the first one."""
    for use in uses:
        if names[0] in use.bounded and names[0] not in use.equal and not use.by_key:
            yield from ((name, use) for name in names[1:] if name in use.equal)
