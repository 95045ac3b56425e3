"""Partial indexes: conditions that hold for every execution of a statement may leave the key and become the predicate.

Which conditions those are is decided while reading the statement (`sql.parse_shape`): tests for NULL and of booleans
always, constants only where the driver binds its values, a parameter never.
"""

from collections.abc import Iterator
from typing import NamedTuple

from advisor.engines.postgres.candidates.workbench import column_of
from advisor.engines.postgres.shape.access import Term
from advisor.model.catalog import Table

RARE_NULLS = 0.5
"""`x IS NOT NULL` as a predicate earns its place only when at least this share of the rows is NULL."""


class Split(NamedTuple):
    """Terms that stay in the key, and the predicate that the others became."""

    terms: tuple[Term, ...]
    predicate: str
    reasons: tuple[str, ...]


def splits(terms: tuple[Term, ...], table: Table) -> Iterator[Split]:
    """The terms as they are, then with their constant conditions as a predicate: first all of them, then without values."""
    yield Split(terms, "", ())
    fixed = [term for term in terms if term.predicate and _worth_it(term, table)]
    tests = [term for term in fixed if term.kind not in ("=", "in")]
    for chosen in (fixed, tests) if len(tests) < len(fixed) else (fixed,):
        if chosen:
            texts = sorted({term.predicate for term in chosen})
            predicate = texts[0] if len(texts) == 1 else " AND ".join(f"({text})" for text in texts)
            reason = f"WHERE {predicate}: every such statement says so, so the other rows need no entry."
            yield Split(tuple(term for term in terms if term not in chosen), predicate, (reason,))


def _worth_it(term: Term, table: Table) -> bool:
    column = column_of(table, term.operand.column)
    if term.kind != "not null" or column is None:
        return True
    if column.not_null:
        return False
    return not column.statistics or column.statistics[0].null_frac >= RARE_NULLS


def fallback_key(terms: tuple[Term, ...], table: Table) -> str:
    """A key for a predicate that left no key column: the primary key's column, else the tested column itself."""
    for constraint in table.constraints:
        if constraint.kind == "p" and len(constraint.columns) == 1:
            return constraint.columns[0]
    return next((term.operand.column for term in terms if term.predicate and term.operand.column), "")
