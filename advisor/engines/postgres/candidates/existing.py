"""Indexes that are there already: what they serve is never proposed again."""

import re
from collections.abc import Iterable

from advisor.engines.postgres.shape.access import Access, Term
from advisor.model.catalog import Index, Table
from advisor.model.index import IndexKey, IndexSpec

_CAST = re.compile(r"::[a-z_ ]+(\(\d+(,\d+)?\))?(\[\])?")
_NOISE = re.compile(r"[\s()]+")


def served_by(spec: IndexSpec, indexes: Iterable[Index]) -> Index | None:
    """A valid index that does all that `spec` would do: same leading keys, same predicate, INCLUDE covered.

    A full index does not stand in for a partial one: where that is as good, the planner's costs will show it.
    """
    for index in indexes:
        there = index.spec
        if not index.valid or there.method != spec.method or plain(there.predicate) != plain(spec.predicate):
            continue
        columns = {key.column for key in there.keys} | set(there.include)
        if keys_lead(spec.keys, there.keys) and set(spec.include) <= columns:
            return index
    return None


def keys_lead(keys: tuple[IndexKey, ...], longer: tuple[IndexKey, ...]) -> bool:
    """Do `keys` lead `longer`, read forwards or backwards?"""
    if len(keys) > len(longer):
        return False
    pairs = list(zip(keys, longer, strict=False))
    if not all(
        plain(a.column or a.expression) == plain(b.column or b.expression) and a.opclass == b.opclass for a, b in pairs
    ):
        return False
    same = [(a.descending, a.nulls_are_first) == (b.descending, b.nulls_are_first) for a, b in pairs]
    flipped = [(a.descending, a.nulls_are_first) == (not b.descending, not b.nulls_are_first) for a, b in pairs]
    return all(same) or all(flipped)


def plain(text: str) -> str:
    """An expression without casts, parentheses and blanks: equal for what we write and what the server prints."""
    return _NOISE.sub("", _CAST.sub("", text))


def unique_lookup(access: Access, terms: Iterable[Term], table: Table) -> Index | None:
    """The unique index by which these terms find at most a few rows already."""
    pinned = {term.operand.column for term in terms if term.kind in ("=", "in")}
    for index in table.indexes:
        columns = [key.column for key in index.spec.keys]
        if (
            index.spec.unique
            and index.valid
            and not index.spec.predicate
            and all(columns)
            and pinned.issuperset(columns)
        ):
            return index
    return None
