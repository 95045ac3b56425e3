"""Key order. Equality columns first, then the wanted order or one range column; both offered, the planner decides."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from advisor.engines.postgres.candidates.workbench import EQUALITY_KINDS, Workbench, distinct_values, label
from advisor.engines.postgres.shape.access import Access, Operand, Order, SortKey, Term
from advisor.model.index import IndexKey

WIDEST_KEY = 4
"""Key columns pinned by equality; a fifth narrows next to nothing and makes every entry wider."""


class Layout(NamedTuple):
    """Key columns in order, with the reason for each step."""

    keys: tuple[IndexKey, ...]
    reasons: tuple[str, ...]
    ordered: bool = False
    """Reading it in order ends after the first rows (`Candidate.ordered`)."""


def layouts(access: Access, terms: Iterable[Term], bench: Workbench) -> Iterator[Layout]:
    """Every key order worth asking about for these ANDed terms on one table."""
    usable = [term for term in terms if term.kind != "refused"]
    equal = _equality_order(access, usable, bench)
    ranges = list(dict.fromkeys(term for term in usable if term.kind == "range"))
    start = Layout(tuple(_key(operand) for operand in equal), _equality_reason(equal))
    if equal:
        yield start
    if len(equal) > 1:
        narrowest = max(equal, key=lambda operand: distinct_values(bench.table(access), operand))
        yield Layout((_key(narrowest),), _equality_reason([narrowest]))
    for term in ranges:
        yield _with_range(start, term)
    for term in usable:
        if term.kind == "prefix":
            yield _with_prefix(start, term)
    for order in access.orders:
        yield from _with_order(start, order, {label(operand) for operand in equal}, ranges)


def _equality_order(access: Access, terms: list[Term], bench: Workbench) -> list[Operand]:
    """Comparisons, then tests (NULL, booleans), then IN; among them what most shapes share, then what narrows most."""
    table = bench.table(access)
    kinds = {term.operand: {"=": 0, "in": 2}.get(term.kind, 1) for term in reversed(terms)}
    operands = dict.fromkeys(term.operand for term in terms if term.kind in EQUALITY_KINDS)

    def rank(operand: Operand) -> tuple[int, int, float, str]:
        shared = -bench.shared(access, operand)
        return kinds[operand], shared, -distinct_values(table, operand), label(operand)

    return sorted(operands, key=rank)[:WIDEST_KEY]


def _equality_reason(operands: list[Operand]) -> tuple[str, ...]:
    if not operands:
        return ()
    names = " and ".join(label(operand) for operand in operands)
    verb = "is" if len(operands) == 1 else "are"
    return (f"{names} {verb} compared for equality, which comes before any order or range.",)


def _with_range(start: Layout, term: Term) -> Layout:
    extra = [operand for operand in (term.operand, *term.tail) if _key(operand) not in start.keys]
    text = f"{label(term.operand)} is compared as a range: one range column, after the equality columns."
    return Layout((*start.keys, *(_key(operand) for operand in extra)), (*start.reasons, text), start.ordered)


def _with_prefix(start: Layout, term: Term) -> Layout:
    key = _key(term.operand, opclass="text_pattern_ops")
    text = f"{label(term.operand)} LIKE 'prefix%' needs text_pattern_ops, whatever the collation."
    return Layout((*start.keys, key), (*start.reasons, text))


def _with_order(start: Layout, order: Order, pinned: set[str], ranges: list[Term]) -> Iterator[Layout]:
    wanted = [key for key in order.keys if label(key.operand) not in pinned]
    if not wanted:
        return
    keys = _sort_keys(wanted)
    names = ", ".join(label(key.operand) for key in wanted)
    text = f"{names} {'follows' if len(wanted) == 1 else 'follow'} in the order of {order.kind.upper()}"
    text += ", so that reading stops after the first rows." if order.limited else ", so that nothing is sorted."
    layout = Layout((*start.keys, *keys), (*start.reasons, text), order.limited)
    yield layout
    if start.keys:
        yield Layout(keys, (text.replace("follows", "stands").replace("follow ", "stand "),), order.limited)
    for term in ranges:
        if label(term.operand) not in {label(key.operand) for key in wanted}:
            yield _with_range(layout, term)


def _sort_keys(wanted: list[SortKey]) -> tuple[IndexKey, ...]:
    """Directions matter only against each other: an index is read backwards as well as forwards."""
    if all(key.descending and key.nulls_first for key in wanted):
        return tuple(_key(key.operand) for key in wanted)
    return tuple(
        _key(key.operand, descending=key.descending, nulls_first=None if _default(key) else key.nulls_first)
        for key in wanted
    )


def _default(key: SortKey) -> bool:
    return key.nulls_first == key.descending


def _key(operand: Operand, descending: bool = False, nulls_first: bool | None = None, opclass: str = "") -> IndexKey:
    return IndexKey(operand.column, operand.expression, descending, nulls_first, opclass)
