"""What a statement blocks while it runs, and timeouts that help or harm (MIG101-112)."""

import re
from collections.abc import Iterator

from advisor.engines.postgres.ddl.statements import (
    AlterTable,
    CreateIndex,
    DropIndex,
    Maintenance,
    ObjectName,
    Reindex,
    SetVariable,
    Statement,
)
from advisor.engines.postgres.render import quote_ident
from advisor.review.context import TIMEOUTS, Context, Step, is_concurrent
from advisor.review.registry import Observation, check

_ZERO = re.compile(r"0+(\.0*)?\s*(us|ms|s|min|h|d)?", re.IGNORECASE)
_CREATE = re.compile(r"(create\s+(?:unique\s+)?index)\b(\s+if\s+not\s+exists)?", re.IGNORECASE)
_DROP = re.compile(r"(drop\s+index)\b", re.IGNORECASE)


@check("MIG101", CreateIndex)
def index_without_concurrently(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    if create.concurrently or create.only or step.creates_table(create.table):
        return
    schema = create.table.schema.text if create.table.schema else ""
    table = context.catalog.resolve(create.table.name.text, schema) if context.catalog else None
    if table and table.kind == "p":
        yield Observation(
            f"{create.label} is built on every partition of {create.table} at once; writes to all of them wait",
            subject=create.label,
            fix="Create it ON ONLY the parent, CONCURRENTLY on each partition, then ATTACH PARTITION each",
        )
        return
    # Without IF NOT EXISTS: a concurrent build that failed leaves an index that it would find.
    fix = _CREATE.sub(r"\1 CONCURRENTLY", create.text, count=1)
    yield Observation(
        f"CREATE INDEX takes a SHARE lock on {create.table}: every write to it waits until {create.label} is built",
        subject=create.label,
        fix=fix if "\n" not in fix else "",
    )


@check("MIG102", DropIndex)
def drop_index_without_concurrently(step: Step, drop: DropIndex, context: Context) -> Iterator[Observation]:
    undone = step.file.script.role == "down" and context.companion(step.file, "up")
    if drop.concurrently or undone or _made_here(step, drop):
        return
    names = ", ".join(map(str, drop.names))
    yield Observation(
        f"DROP INDEX takes an ACCESS EXCLUSIVE lock on the table of {names}: reads and writes of it wait behind",
        subject=names,
        fix=_DROP.sub(r"\1 CONCURRENTLY", drop.text, count=1) if len(drop.names) == 1 and not drop.cascade else "",
    )


@check("MIG103", Reindex)
def reindex_without_concurrently(step: Step, reindex: Reindex, context: Context) -> Iterator[Observation]:
    if reindex.concurrently:
        return
    what = f"{reindex.target.upper()} {reindex.name or ''}".strip()
    fix = f"REINDEX {reindex.target.upper()} CONCURRENTLY {_written(reindex.name)}" if reindex.name else ""
    yield Observation(
        f"REINDEX {what} stops writes to the table, and every query that would use the index, until it is rebuilt",
        subject=str(reindex.name or reindex.target),
        fix=fix if reindex.target != "system" else "",
    )


@check("MIG110", AlterTable, Maintenance)
def missing_lock_timeout(step: Step, statement: Statement, context: Context) -> Iterator[Observation]:
    """Only where the lock is short or cannot be avoided: MIG101 to MIG103 have a better answer for index statements."""
    if isinstance(statement, AlterTable):
        if statement.light or is_concurrent(statement) or step.creates_table(statement.table):
            return
        tables = str(statement.table)
    elif isinstance(statement, Maintenance) and statement.command in ("CLUSTER", "VACUUM FULL"):
        tables = ", ".join(map(str, statement.tables)) or "every table"
    else:
        return
    if in_force(step, "lock_timeout"):
        return
    yield Observation(
        f"waits without limit for its lock on {tables}, and all traffic on it queues behind",
        subject=tables,
    )


@check("MIG111", CreateIndex, Reindex)
def timeout_on_concurrent_build(step: Step, build: CreateIndex | Reindex, context: Context) -> Iterator[Observation]:
    if not build.concurrently:
        return
    for name in TIMEOUTS:
        if value := in_force(step, name):
            label = build.label if isinstance(build, CreateIndex) else str(build.name)
            yield Observation(
                f"{name} = {value} is in force: when it strikes, {label} stays behind INVALID",
                subject=label,
                fix=f"SET {name} = 0 before this statement",
                evidence={"setting": name, "value": value},
            )


@check("MIG112", SetVariable)
def set_local_outside_transaction(step: Step, setting: SetVariable, context: Context) -> Iterator[Observation]:
    if not setting.local or step.transaction or step.file.script.sends in ("transaction", "one-query"):
        return
    # Who wraps the file in a transaction cannot run what is CONCURRENTLY in it, so there SET LOCAL does nothing either.
    if step.file.script.sends != "statements" and not any(is_concurrent(s.statement) for s in step.file.steps):
        return
    yield Observation(
        f"SET LOCAL {setting.name} outside a transaction has no effect",
        subject=setting.name,
        fix=f"SET {setting.name} = '{setting.value}'",
    )


def in_force(step: Step, timeout: str) -> str:
    """The value of a timeout that the script itself has set to something other than zero, or ``."""
    value = step.settings.get(timeout, "0").strip()
    return "" if _ZERO.fullmatch(value) or value.lower() == "default" else value


def _made_here(step: Step, drop: DropIndex) -> bool:
    """Are all these indexes on tables that this file created?"""
    return all(
        any(s.number < step.number and _on_new_table(s) for s in step.file.indexes.get(name.name.text, ()))
        for name in drop.names
    )


def _on_new_table(step: Step) -> bool:
    return isinstance(step.statement, CreateIndex) and step.creates_table(step.statement.table)


def _written(name: ObjectName) -> str:
    parts = [name.schema, name.name] if name.schema else [name.name]
    return ".".join(quote_ident(part.text) for part in parts if part)
