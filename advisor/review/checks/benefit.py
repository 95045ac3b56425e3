"""What the workload says about an index: no query for it, or its columns in the wrong order (MIG605, 609)."""

import re
from collections.abc import Iterator

from advisor.engines.postgres.ddl.statements import CreateIndex
from advisor.model.catalog import Table
from advisor.review.context import Context, Step
from advisor.review.registry import Observation, check
from advisor.review.relations import located_spec, meant_column
from advisor.review.usage import could_serve, equal_after_bounded

_TIME_NAME = re.compile(
    r"\w+(_at|_on|_date|_time|_ts|At|Date|Time)|(created|updated|modified|timestamp|date)\w*", re.IGNORECASE
)
_TIME_TYPES = ("timestamp", "date")


@check("MIG605", CreateIndex)
def serves_no_query(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    """No statement could use it, whatever the numbers are. Unique indexes are constraints, and not asked."""
    table = context.meant_table(create.table)
    if create.unique or table is None or not context.use.readable(table):
        return
    uses = context.use.of(table)
    if not uses:
        yield Observation(f"no statement of the workload reads {table.name}", subject=create.label)
    elif not any(could_serve(located_spec(create, table), use) for use in uses):
        shapes = len({use.shape for use in uses})
        yield Observation(
            f"none of the statements on {table.name} ({shapes}) could use {create.label}: they do not search or sort by what "
            "it begins with, or do not imply its predicate, or find their row by a unique key",
            subject=create.label,
            evidence={"statements": shapes},
        )


@check("MIG609", CreateIndex)
def column_order_against_workload(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    """By what the workload does with the columns; where it does not say, a hint if a time column precedes others."""
    names = [part.key.column for part in create.keys]
    if len(names) == 1 or not all(names) or create.method != "btree":
        return
    table = context.meant_table(create.table)
    uses = context.use.of(table) if table else []
    spec = located_spec(create, table) if table else create.spec
    against = sorted({(name, use.shape) for name, use in equal_after_bounded([k.column for k in spec.keys], uses)})
    if against:
        later = against[0][0]
        yield Observation(
            f"{create.label} has {names[0]} before {later}; the workload compares {later} for equality while it bounds or "
            f"sorts by {names[0]}",
            subject=create.label,
            fix=f"Put {later} before {names[0]}",
            evidence={"shapes": [shape for name, shape in against if name == later]},
        )
    elif not any(could_serve(spec, use) for use in uses) and _begins_with_time(names, table):
        yield Observation(
            f"{create.label} begins with the time column {names[0]}, before {names[1]}: a query that gives {names[1]} and a "
            "period reads the whole period",
            subject=create.label,
            fix=f"({', '.join([*names[1:], names[0]])}), unless no query gives a value of {names[1]}",
        )


def _begins_with_time(names: list[str], table: Table | None) -> bool:
    return _is_time(names[0], table) and not any(_is_time(name, table) for name in names[1:])


def _is_time(name: str, table: Table | None) -> bool:
    column = meant_column(table, name) if table else None
    return column.type.startswith(_TIME_TYPES) if column else _TIME_NAME.fullmatch(name) is not None
