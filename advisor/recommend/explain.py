"""A chosen index as a Recommendation: what it does to which shape, what it costs, how sure that is, and why in sentences."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from advisor.engines.postgres import render
from advisor.engines.postgres.plan.tree import describe
from advisor.model.catalog import Catalog, Table
from advisor.model.index import IndexSpec
from advisor.model.recommendation import Effect
from advisor.model.workload import Shape
from advisor.recommend.questions import Questions
from advisor.recommend.verify import Limits
from advisor.recommend.write_cost import stored_columns

ID_DIGITS = 12

_PATTERN = re.compile(r"[^\s,]+")


class Confidence(NamedTuple):
    level: str
    reasons: tuple[str, ...]


def recommendation_id(spec: IndexSpec, database: str, action: str = "create") -> str:
    """12 hexadecimal digits over engine, database, action and definition: the same in every run."""
    text = "\0".join(("postgres", database, action, render.definition(spec)))
    return hashlib.blake2b(text.encode(), digest_size=ID_DIGITS // 2).hexdigest()


def effects(
    spec: IndexSpec,
    chosen: Sequence[IndexSpec],
    shapes: Sequence[Shape],
    questions: Questions,
    limits: Limits,
    names: Mapping[str, str],
) -> tuple[Effect, ...]:
    """What the index does, within the chosen set, to every shape whose plan uses it; the most saved first.

    `names`: the what-if server's name of an index -> the name that it is recommended under.
    """
    found = []
    for shape in shapes:
        if not questions.touches(shape.id, spec):
            continue
        before, after = questions.answer(shape.id).plan, questions.answer(shape.id, chosen)
        if spec not in after.used:
            continue
        helped = limits.helps(before.cost, after.plan.cost)
        share = 0 if not before.cost else round(100 * (before.cost - after.plan.cost) / before.cost)
        found.append(
            Effect(
                shape=shape.id,
                calls=shape.calls,
                cost_before=before.cost,
                cost_after=after.plan.cost,
                used=True,
                reason="" if helped else f"the cost falls only by {share} %",
                plan_before=describe(before),
                plan_after=_PATTERN.sub(lambda word: names.get(word[0], word[0]), describe(after.plan)),
            )
        )
    return tuple(sorted(found, key=lambda e: (-e.calls * (e.cost_before - e.cost_after), e.shape)))


def reasons(
    why: Sequence[str], made: Sequence[Effect], spec: IndexSpec, table: Table, updated: Mapping[str, int]
) -> tuple[str, ...]:
    """Plain sentences: why these columns in this order, and what it costs writes. `updated`: column -> calls
    of the UPDATE statements that set it."""
    texts = [*why]
    for column in sorted(stored_columns(spec, table) & updated.keys()):
        texts.append(f"{column} is set by {_count(updated[column], 'UPDATE call')}, which can no longer be HOT.")
    return tuple(texts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def confidence(spec: IndexSpec, catalog: Catalog, table: Table, shapes: Sequence[Shape]) -> Confidence:
    """high, medium or low: the weakest link decides, and every weak link is named. `shapes`: the statements it helps."""
    low: list[str] = []
    medium: list[str] = []
    if catalog.statistics == "none":
        low.append("Confidence: the schema came without statistics, so row counts are assumed.")
    elif table.rows < 0:
        low.append(f"Confidence: {table.name} was never analysed.")
    elif blind := _without_statistics(spec, table):
        low.append(
            f"Confidence: there are no statistics of {', '.join(blind)}: not analysed, or not visible to this role."
        )
    elif catalog.statistics == "reduced":
        medium.append("Confidence: the snapshot has no data values, so skewed columns are planned with averages.")
    if any(key.expression for key in spec.keys):
        medium.append("Confidence: an expression has no statistics until the index exists and ANALYZE has run.")
    if shapes and all(_generic(shape) for shape in shapes):
        medium.append("Confidence: no parameter values were logged, so a generic plan was costed.")
    level = "low" if low else "medium" if medium else "high"
    return Confidence(level, (*low, *medium))


def _without_statistics(spec: IndexSpec, table: Table) -> list[str]:
    """Key columns whose values nothing is known about, so that the planner falls back on defaults."""
    blind = {column.name for column in table.columns if not column.statistics}
    return sorted(key.column for key in spec.keys if key.column in blind) if table.rows > 0 else []


def _generic(shape: Shape) -> bool:
    sample = shape.sample
    return "$1" in (sample.text if sample else shape.text) and not (sample and sample.parameters)
