"""What one statement asks of one table: the vocabulary between reading statements and proposing indexes."""

from collections.abc import Iterator

import msgspec


class Operand(msgspec.Struct, frozen=True, order=True):
    """One side of a comparison: a column (bare name) or an expression over columns of one table (SQL text)."""

    column: str = ""
    expression: str = ""
    columns: tuple[str, ...] = ()
    """Every column it reads."""


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One ANDed condition on a table."""

    operand: Operand
    kind: str
    """`=`, `in`, `null`, `not null`, `true`, `false`, `range`, `prefix` (LIKE 'abc%') or `refused`."""
    partner: int | None = None
    """The access that holds the other side of a join condition (its `number`)."""
    predicate: str = ""
    """The condition as SQL, when it holds for every execution of the statement and may stand in a partial index."""
    tail: tuple[Operand, ...] = ()
    """Further columns of a row-value comparison `(a, b) < (x, y)`."""
    reason: str = ""
    """Of `refused`: why no B-tree serves it."""


class SortKey(msgspec.Struct, frozen=True):
    """One key of a wanted order."""

    operand: Operand
    descending: bool = False
    nulls_first: bool = False


class Order(msgspec.Struct, frozen=True):
    """An order in which the rows of one table are wanted."""

    keys: tuple[SortKey, ...]
    kind: str
    """`order by`, `distinct on`, `window`, `group by` or `min/max`."""
    limited: bool = False
    """Only the first rows are wanted."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence of a base table in a statement, seen through aliases, CTEs, subqueries and views."""

    number: int
    schema: str
    table: str
    alias: str
    terms: tuple[Term, ...] = ()
    arms: tuple[tuple[tuple[Term, ...], ...], ...] = ()
    """One entry for each OR: its arms, each the ANDed terms of that arm on this table."""
    orders: tuple[Order, ...] = ()
    needed: frozenset[str] | None = frozenset()
    """Columns the statement reads of it; None = whole rows (`*`, a written or locked table)."""

    def operands(self) -> Iterator[Operand]:
        """Everything it compares or sorts by."""
        for terms in (self.terms, *(arm for arms in self.arms for arm in arms)):
            yield from (term.operand for term in terms)
        for order in self.orders:
            yield from (key.operand for key in order.keys)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one statement asks of the tables of the catalogue."""

    accesses: tuple[Access, ...] = ()
    updated: tuple[tuple[str, str, str], ...] = ()
    """(schema, table, column) of every column an UPDATE sets."""
    unknown: tuple[str, ...] = ()
    """Names in FROM that are no table, view or CTE we know: temporary tables, functions, other databases."""
    reason: str = ""
    """Why there is nothing: the statement does not parse, is a utility statement ..."""
