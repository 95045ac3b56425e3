"""Index candidates of a workload, from its statements. Proposes generously: `advisor.recommend` keeps what the planner picks.

One module an idea: `layouts` the key order, `partial` predicates, `covering` INCLUDE, `existing` what is there already.
B-tree only; other methods are proposed by modules of their own beside these, from the terms that are `refused` today.
"""

from collections.abc import Iterator, Mapping

import msgspec

from advisor.engines.postgres.candidates.covering import include
from advisor.engines.postgres.candidates.existing import served_by, unique_lookup
from advisor.engines.postgres.candidates.layouts import Layout, layouts
from advisor.engines.postgres.candidates.partial import Split, fallback_key, splits
from advisor.engines.postgres.candidates.workbench import Workbench
from advisor.engines.postgres.shape.access import Access, Reading, Term
from advisor.model.catalog import Catalog
from advisor.model.index import IndexKey, IndexSpec
from advisor.model.recommendation import Candidate

INDEXABLE_KINDS = ("r", "m", "p")
"""Tables, materialised views and partitioned tables; foreign tables have no indexes here."""


def propose(readings: Mapping[str, Reading], catalog: Catalog) -> list[Candidate]:
    """Candidates for all shapes (`readings` by shape id), those that an existing index serves left out; sorted."""
    bench = Workbench.gather(readings.values(), catalog)
    found: dict[IndexSpec, Candidate] = {}
    for shape, reading in sorted(readings.items()):
        for access in reading.accesses:
            for idea in _of_access(access, bench):
                there = found.get(idea.spec, idea)
                ordered = {*there.ordered, *(idea.ordered and [shape])} - {""}
                shapes = tuple(sorted({*there.shapes, shape}))
                found[idea.spec] = msgspec.structs.replace(there, shapes=shapes, ordered=tuple(sorted(ordered)))
    named = [msgspec.structs.replace(candidate, database=catalog.database) for candidate in found.values()]
    return sorted(named, key=lambda candidate: repr(candidate.spec))


def _of_access(access: Access, bench: Workbench) -> Iterator[Candidate]:
    table = bench.table(access)
    if table.kind not in INDEXABLE_KINDS or table.persistence == "t":
        return
    for terms in _conjunctions(access):
        if unique_lookup(access, terms, table):
            continue
        for split in splits(terms, table):
            for idea in _of_split(access, terms, split, bench):
                if not served_by(idea.spec, table.indexes):
                    yield idea


def _conjunctions(access: Access) -> list[tuple[Term, ...]]:
    """Sets of terms that hold together: the filters, with the keys of each join partner, with each arm of an OR."""
    filters = tuple(term for term in access.terms if term.partner is None)
    sets = [filters]
    for partner in sorted({term.partner for term in access.terms if term.partner is not None}):
        joined = tuple(term for term in access.terms if term.partner == partner)
        sets += [joined, (*joined, *filters)]
    for arms in access.arms:
        for arm in arms:
            sets += [arm, (*filters, *arm)]
    return list(dict.fromkeys(sets))


def _of_split(access: Access, terms: tuple[Term, ...], split: Split, bench: Workbench) -> Iterator[Candidate]:
    table = bench.table(access)
    proposed = list(layouts(access, split.terms, bench))
    if not proposed and split.predicate and (key := fallback_key(terms, table)):
        proposed = [Layout((IndexKey(key),), ())]
    fixed = frozenset(term.operand.column for term in terms if term not in split.terms)
    for layout in proposed:
        spec = IndexSpec(access.schema, access.table, layout.keys, (), split.predicate)
        plain = Candidate(
            spec=spec, shapes=(), reasons=(*layout.reasons, *split.reasons), ordered=("",) * layout.ordered
        )
        yield plain
        if columns := include(access, layout.keys, fixed, bench):
            text = f"INCLUDE ({', '.join(columns)}) lets the statement be answered from the index alone."
            wide = msgspec.structs.replace(spec, include=columns)
            yield msgspec.structs.replace(plain, spec=wide, reasons=(*plain.reasons, text))
