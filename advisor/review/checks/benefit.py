"""What the workload says about an index: no query for it, or its columns in the wrong order (MIG605, 609)."""

import re
from collections.abc import Iterator

from advisor.engines.postgres.expressions import columns
from advisor.engines.postgres.statements import CreateIndex
from advisor.model.catalog import Table
from advisor.review.context import Context, Step
from advisor.review.registry import Observation, check
from advisor.review.relations import meant_column
from advisor.review.usage import TableUse

_TIME_NAME = re.compile(r"\w+(_at|_on|_date|_time|_ts|At|Date|Time)|(created|updated|modified|timestamp|date)\w*", re.I)
_TIME_TYPES = ("timestamp", "date")


@check("MIG605", CreateIndex)
def serves_no_query(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    """No statement of the workload compares, bounds, joins on, sorts or groups by the leading key (or a column in it)."""
    table = create.table.name.text
    if create.unique or context.workload is None or not context.use.readable(table):
        return
    leading = create.keys[0].key
    wanted = {leading.column} if leading.column else columns(leading.expression)
    use = context.use.of(table)
    if not wanted:
        return
    if use is None:
        yield Observation(f"no statement of the workload touches {create.table}", subject=create.label)
    elif not any(column in use.equal or column in use.other for column in wanted):
        named = ", ".join(sorted(wanted))
        yield Observation(
            f"none of the {len(use.shapes)} statements on {create.table} searches, joins or sorts by {named}, "
            f"with which {create.label} begins",
            subject=create.label,
        )


@check("MIG609", CreateIndex)
def column_order_against_workload(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    """With a workload, by what it does with the columns; without one, a hint where a time column precedes others."""
    names = [part.key.column for part in create.keys]
    if len(names) < 2 or not all(names) or create.method != "btree":
        return
    use = context.use.of(create.table.name.text) if context.workload else None
    if use is None:
        table = context.meant_table(create.table)
        if _is_time(names[0], table) and not any(_is_time(name, table) for name in names[1:]):
            yield Observation(
                f"{create.label} begins with the time column {names[0]}, before {names[1]}: a query that gives "
                f"{names[1]} and a period reads the whole period",
                subject=create.label,
                fix=f"({', '.join([*names[1:], names[0]])}), unless the queries give no value of {names[1]}",
            )
        return
    later = _equal_after_range(names, use)
    if later:
        yield Observation(
            f"{create.label} has {names[0]} before {later}, and the workload compares {later} for equality "
            f"while it bounds or sorts by {names[0]}",
            subject=create.label,
            fix=f"Put {later} before {names[0]}",
            evidence={"shapes": sorted(use.equal[later] & use.other[names[0]])},
        )


def _equal_after_range(names: list[str], use: TableUse) -> str:
    first = names[0]
    if first in use.equal:
        return ""
    together = (name for name in names[1:] if use.equal.get(name, set()) & use.other.get(first, set()))
    return next(together, "")


def _is_time(name: str, table: Table | None) -> bool:
    column = meant_column(table, name) if table else None
    return column.type.startswith(_TIME_TYPES) if column else _TIME_NAME.fullmatch(name) is not None
