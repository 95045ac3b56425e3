"""Merging digests: the digest of two logs is the merge of their digests, in any order and grouping.

Sums, minima and maxima are exact. What is kept only in part (samples, tag values, locations) keeps the first or last few
by content, never by arrival, because only that is associative.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from advisor.errors import InputError
from advisor.model.event import Skip, SourceSummary
from advisor.model.workload import Loop, Sample, Shape, Workload
from advisor.workload import sketch
from advisor.workload.shapes import REST, TAG_VALUES, either_constants, sample_key

_Key = TypeVar("_Key", int, str)
LOCATIONS = 5
CONFIDENCES = ("low", "medium", "high")


def merge(a: Workload, b: Workload) -> Workload:
    """The workload of both. Raises InputError when they were written by versions with different meanings."""
    if a.version != b.version:
        raise InputError(
            f"digests of version {a.version} and {b.version} cannot be merged", "Digest the older logs again."
        )
    shapes = {shape.id: shape for shape in a.shapes}
    for shape in b.shapes:
        shapes[shape.id] = merge_shapes(shapes[shape.id], shape) if shape.id in shapes else shape
    loops = {loop.id: loop for loop in a.loops}
    for loop in b.loops:
        loops[loop.id] = merge_loops(loops[loop.id], loop) if loop.id in loops else loop
    return Workload(
        version=a.version,
        shapes=tuple(shapes[id] for id in sorted(shapes)),
        loops=tuple(loops[id] for id in sorted(loops)),
        sources=combined_sources((*a.sources, *b.sources)),
        skipped=combined_skips((*a.skipped, *b.skipped)),
    )


def merge_shapes(a: Shape, b: Shape) -> Shape:
    """All executions of one shape that two digests saw."""
    plan_us, plan = max((a.plan_us, a.plan or ""), (b.plan_us, b.plan or ""))
    return msgspec.structs.replace(
        a,
        calls=a.calls + b.calls,
        time=sketch.merge(a.time, b.time),
        rows=a.rows + b.rows,
        errors=a.errors + b.errors,
        first_seen=_least(a.first_seen, b.first_seen),
        last_seen=_greatest(a.last_seen, b.last_seen),
        sample=_slowest(a.sample, b.sample),
        constants=either_constants(a.constants, b.constants),
        plan=plan or None,
        plan_us=plan_us,
        plans=a.plans + b.plans,
        tags=_merge_tags(a.tags, b.tags),
        applications=bounded_sum(a.applications, b.applications),
    )


def merge_loops(a: Loop, b: Loop) -> Loop:
    """All windows of one loop that two digests saw."""
    return msgspec.structs.replace(
        a,
        statements=min(a.statements, b.statements),
        parents=bounded_sum(a.parents, b.parents),
        windows=a.windows + b.windows,
        repeats=dict(sorted(_sum(a.repeats, b.repeats).items())),
        executions=a.executions + b.executions,
        distinct=max(a.distinct, b.distinct),
        time=sketch.merge(a.time, b.time),
        confidence=max(a.confidence, b.confidence, key=CONFIDENCES.index),
        reasons=tuple(sorted({*a.reasons, *b.reasons})),
        tags=_merge_tags(a.tags, b.tags),
        locations=tuple(sorted({*a.locations, *b.locations})[:LOCATIONS]),
    )


def bounded_sum(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    """The sum of two counters made by `shapes.count`: the first `TAG_VALUES` names, the others together."""
    total = _sum(a, b)
    names = sorted(total.keys() - {REST})
    rest = total.get(REST, 0) + sum(total[name] for name in names[TAG_VALUES:])
    kept = {name: total[name] for name in names[:TAG_VALUES]}
    return {**kept, REST: rest} if rest else kept


def combined_sources(summaries: Iterable[SourceSummary]) -> tuple[SourceSummary, ...]:
    """One summary for each name and format, numbers added up, sorted."""
    found: dict[tuple[str, str], SourceSummary] = {}
    for new in summaries:
        known = found.get((new.name, new.format), SourceSummary(name=new.name, format=new.format))
        found[new.name, new.format] = msgspec.structs.replace(
            known,
            bytes=known.bytes + new.bytes,
            lines=known.lines + new.lines,
            executions=known.executions + new.executions,
            unreadable=known.unreadable + new.unreadable,
            notes=tuple(sorted({*known.notes, *new.notes})),
        )
    return tuple(found[key] for key in sorted(found))


def combined_skips(skips: Iterable[Skip]) -> tuple[Skip, ...]:
    """One entry for each source and reason, counts added up, sorted."""
    found: dict[tuple[str, str], Skip] = {}
    for new in skips:
        known = found.get((new.source, new.reason))
        if known:
            example = min(known.example or new.example, new.example or known.example)
            new = msgspec.structs.replace(new, count=known.count + new.count, example=example)
        found[new.source, new.reason] = new
    return tuple(found[key] for key in sorted(found))


def _merge_tags(a: Mapping[str, dict[str, int]], b: Mapping[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {tag: bounded_sum(a.get(tag, {}), b.get(tag, {})) for tag in sorted({*a, *b})}


def _sum(a: Mapping[_Key, int], b: Mapping[_Key, int]) -> dict[_Key, int]:
    total = dict(a)
    for key, count in b.items():
        total[key] = total.get(key, 0) + count
    return total


def _least(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else min(a, b)


def _greatest(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else max(a, b)


def _slowest(a: Sample | None, b: Sample | None) -> Sample | None:
    return b if a is None else a if b is None else max(a, b, key=sample_key)
