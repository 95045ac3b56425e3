"""Candidates of several shapes made one: the same index asked for with different INCLUDE lists, or with a longer key.

Key order for sharing is chosen earlier, while the candidates are made (`candidates.layouts`): equality columns that more
shapes pin come first, so that one index leads another.
"""

from collections.abc import Iterable

import msgspec

from advisor.model.index import IndexSpec
from advisor.model.recommendation import Candidate

MOST_INCLUDED = 4


def merge(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates, equal ones united, and the unions of those that could be one index; sorted by definition."""
    united: dict[IndexSpec, Candidate] = {}
    for candidate in candidates:
        _unite(united, candidate)
    covering = sorted((c for c in united.values() if c.spec.include), key=lambda c: repr(c.spec))
    everything = sorted(united.values(), key=lambda c: repr(c.spec))
    for first in covering:
        for second in everything:
            if first is not second and (union := _union(first.spec, second.spec)):
                shapes = tuple(sorted({*first.shapes, *second.shapes}))
                _unite(
                    united, msgspec.structs.replace(second, spec=union, shapes=shapes, reasons=_reasons(union, second))
                )
    return sorted(united.values(), key=lambda c: repr(c.spec))


def _unite(united: dict[IndexSpec, Candidate], candidate: Candidate) -> None:
    there = united.get(candidate.spec)
    if there:
        shapes = tuple(sorted({*there.shapes, *candidate.shapes}))
        reasons = min(there.reasons, candidate.reasons, key=lambda texts: (-len(texts), texts))
        ordered = tuple(sorted({*there.ordered, *candidate.ordered}))
        candidate = msgspec.structs.replace(there, shapes=shapes, reasons=reasons, ordered=ordered)
    united[candidate.spec] = candidate


def _union(covering: IndexSpec, longer: IndexSpec) -> IndexSpec | None:
    """`longer` with what `covering` includes, when `covering`'s key leads it and both hold the same rows."""
    same_rows = (covering.schema, covering.table, covering.method, covering.predicate) == (
        longer.schema,
        longer.table,
        longer.method,
        longer.predicate,
    )
    if not same_rows or longer.keys[: len(covering.keys)] != covering.keys:
        return None
    keys = {key.column for key in longer.keys}
    include = tuple(dict.fromkeys([*longer.include, *(c for c in covering.include if c not in keys)]))
    if include == longer.include or len(include) > MOST_INCLUDED:
        return None
    return msgspec.structs.replace(longer, include=include)


def _reasons(union: IndexSpec, source: Candidate) -> tuple[str, ...]:
    kept = tuple(text for text in source.reasons if not text.startswith("INCLUDE"))
    return (*kept, f"INCLUDE ({', '.join(union.include)}) serves several statements from the index alone.")
