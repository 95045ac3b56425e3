"""The steps of advising on one database, in order."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from advisor.detect.indexes import index_findings
from advisor.engines.base import WhatIf
from advisor.engines.postgres import render
from advisor.engines.postgres.candidates import propose
from advisor.engines.postgres.shape import READS, read_shape
from advisor.engines.postgres.shape.access import Reading
from advisor.model.catalog import Catalog
from advisor.model.event import Skip
from advisor.model.finding import Finding
from advisor.model.index import IndexSpec
from advisor.model.plan import Plan
from advisor.model.recommendation import Candidate, Recommendation, Silence
from advisor.model.workload import Shape, Workload
from advisor.recommend.build import Builder
from advisor.recommend.foreign_keys import KeyCheck, key_checks
from advisor.recommend.merge import merge
from advisor.recommend.questions import Questions, Relation
from advisor.recommend.silence import Silences
from advisor.recommend.verify import Limits, Selection
from advisor.rules import RuleSet

RULE = "IDX100"
_VALUE = re.compile(r': ".*"|"[^"]*" is out of range', re.DOTALL)


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about one database. Lists are sorted: recommendations by what they save, the others by their ids."""

    recommendations: tuple[Recommendation, ...] = ()
    silences: tuple[Silence, ...] = ()
    plans: dict[str, Plan] = {}
    """Shape id -> plan as the database is now."""
    skipped: tuple[Skip, ...] = ()
    findings: tuple[Finding, ...] = ()


def advise(workload: Workload, catalog: Catalog, whatif: WhatIf, rules: RuleSet, *, database: str) -> Advice:
    """Everything there is to say about the indexes of `database`, whose shapes alone are in `workload`.

    Raises nothing for what a statement may be: what cannot be planned is in `skipped` and `silences` with the server's words.
    """
    limits = Limits(rules.threshold(RULE, "cost_share"), rules.threshold(RULE, "least_gain"))
    observed = [shape for shape in workload.shapes if shape.engine == "postgres" and shape.kind in READS]
    readings = {shape.id: read_shape(shape, catalog) for shape in observed}
    checks = key_checks(catalog, database, _deletes(observed, readings))
    shapes = [*observed, *(check.shape for check in checks.values())]
    readings.update({check.shape.id: read_shape(check.shape, catalog) for check in checks.values()})
    questions = Questions(whatif, shapes, {name: _relations(reading) for name, reading in readings.items()})
    fine, words = questions.plannable(shapes)
    words = {shape: without_values(text) for shape, text in words.items()}
    tiny = _tiny(catalog, rules.threshold(RULE, "pages"))
    candidates = _candidates({name: readings[name] for name in fine}, catalog, tiny)
    questions.add(candidate.spec for candidate in candidates)
    weights = _weights(shapes, questions, fine)
    tried = _tried([c for c in candidates if questions.available(c.spec)], readings)
    questions.restrict(tried)
    chosen = Selection(questions, weights, limits).run(candidates)
    planned = [shape for shape in shapes if shape.id in set(fine)]
    updates = _updates(observed, readings)
    builder = Builder(catalog, questions, whatif, limits, planned, checks, updates, database)
    made = builder.recommendations(chosen, candidates)
    silences = Silences(catalog, questions, limits, tiny, words)
    silent = [
        silences.explain(shape, readings[shape.id], sorted(tried[shape.id], key=repr))
        for shape in sorted(shapes, key=lambda s: s.id)
        if shape.id not in builder.served
    ]
    skipped = [checks[silence.shape].skip(silence) for silence in silent if silence.shape in checks]
    return Advice(
        recommendations=tuple(sorted(made, key=lambda r: (r.cost_after - r.cost_before, r.id))),
        silences=tuple(silence for silence in silent if silence.shape not in checks),
        plans={shape: questions.answer(shape).plan for shape in sorted(fine) if shape not in checks},
        skipped=tuple(sorted([*skipped, *_skips(words, database, checks)])),
        findings=(*_missing(made, rules, database), *index_findings(catalog, rules)),
    )


def _relations(reading: Reading) -> frozenset[Relation]:
    return frozenset((access.schema, access.table) for access in reading.accesses)


def _tiny(catalog: Catalog, pages: float) -> frozenset[Relation]:
    """Tables below `pages` pages. Without statistics nothing is known to be tiny; a partitioned parent has no pages."""
    if catalog.statistics == "none":
        return frozenset()
    tables = [t for t in catalog.tables if t.kind != "p" and t.rows >= 0]
    return frozenset((t.schema, t.name) for t in tables if t.pages < pages)


def _candidates(readings: Mapping[str, Reading], catalog: Catalog, tiny: frozenset[Relation]) -> list[Candidate]:
    found = propose(readings, catalog)
    return merge(c for c in found if (c.spec.schema, c.spec.table) not in tiny)


def _tried(candidates: Iterable[Candidate], readings: Mapping[str, Reading]) -> dict[str, frozenset[IndexSpec]]:
    """Which candidates each shape is asked about: its own, and others' that begin with what it compares or sorts by."""
    by_table: dict[Relation, list[Candidate]] = {}
    for candidate in candidates:
        by_table.setdefault((candidate.spec.schema, candidate.spec.table), []).append(candidate)
    tried = {}
    for shape, reading in readings.items():
        begins = {
            (access.schema, access.table, operand.column or operand.expression)
            for access in reading.accesses
            for operand in access.operands()
        }
        mine = [c for relation in _relations(reading) for c in by_table.get(relation, ())]
        tried[shape] = frozenset(
            c.spec
            for c in mine
            if shape in c.shapes
            or (c.spec.schema, c.spec.table, c.spec.keys[0].column or c.spec.keys[0].expression) in begins
        )
    return tried


def _weights(shapes: list[Shape], questions: Questions, fine: list[str]) -> dict[str, float]:
    """Worth of one planner cost unit of each plannable shape: its measured time spread over its cost, in microseconds.

    Shapes without times count their calls at the median price of the others; without any times, calls alone decide.
    """
    costs = {shape.id: questions.cost(shape.id) for shape in shapes if shape.id in set(fine)}
    timed = {s.id: s.time.total_us / costs[s.id] for s in shapes if costs.get(s.id) and s.time.total_us}
    rates = sorted(timed[s.id] / s.time.count for s in shapes if s.id in timed and s.time.count)
    usual = rates[len(rates) // 2] if rates else 1.0
    return {s.id: timed.get(s.id, max(s.calls, 1) * usual) for s in shapes if s.id in costs}


def _updates(shapes: Iterable[Shape], readings: Mapping[str, Reading]) -> dict[tuple[str, str, str], int]:
    """(schema, table, column) -> calls of the UPDATE statements that set it."""
    calls: dict[tuple[str, str, str], int] = {}
    for shape in shapes:
        for column in readings[shape.id].updated:
            calls[column] = calls.get(column, 0) + shape.calls
    return calls


def _deletes(shapes: Iterable[Shape], readings: Mapping[str, Reading]) -> dict[Relation, int]:
    """(schema, table) -> calls of the statements that delete from it."""
    calls: dict[Relation, int] = {}
    for shape in shapes:
        written = [a for a in readings[shape.id].accesses if a.needed is None] if shape.kind == "delete" else []
        for access in written:
            relation = (access.schema, access.table)
            calls[relation] = calls.get(relation, 0) + shape.calls
    return calls


def _missing(made: Iterable[Recommendation], rules: RuleSet, database: str) -> list[Finding]:
    """IDX100: one finding for each index that a shape of the workload lacks."""
    found = []
    for item in sorted(made, key=lambda r: r.id):
        if item.shapes and item.index:
            what = "1 statement" if len(item.shapes) == 1 else f"{len(item.shapes)} statements"
            message = (
                f"an index on {render.definition(item.index)} would take the cost of {what} "
                f"from {item.cost_before:,.0f} to {item.cost_after:,.0f}"
            )
            fields = {"subject": item.relation, "database": database, "shapes": item.shapes}
            evidence = {"recommendation": item.id, "cost_before": item.cost_before, "cost_after": item.cost_after}
            found.append(rules.finding(RULE, message, evidence=evidence, **fields))
    return found


def _skips(words: Mapping[str, str], database: str, checks: Mapping[str, KeyCheck]) -> list[Skip]:
    mine = [(shape, text) for shape, text in sorted(words.items()) if shape not in checks]
    return [Skip(source=database, reason=f"not plannable: {text}", example=shape) for shape, text in mine]


def without_values(words: str) -> str:
    """The server's words without the values it quotes: `invalid input syntax for type integer: "secret"`."""
    return _VALUE.sub(lambda match: "" if match[0].startswith(":") else "a value is out of range", words)
