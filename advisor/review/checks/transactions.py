"""CONCURRENTLY and transactions: what the server refuses, and what a half-applied file leaves (MIG201-207)."""

from collections.abc import Iterator

from advisor.engines.postgres.ddl.statements import (
    AlterTable,
    CreateExtension,
    CreateIndex,
    CreateTable,
    DropIndex,
    MetaCommand,
    Reindex,
    Statement,
)
from advisor.review.context import Context, File, Step, is_concurrent
from advisor.review.registry import Observation, check, check_file

_SEVERAL = 2


@check("MIG201", CreateIndex, DropIndex, Reindex, AlterTable)
def concurrently_in_transaction(step: Step, statement: Statement, context: Context) -> Iterator[Observation]:
    if not is_concurrent(statement):
        return
    if step.transaction:
        yield Observation("CONCURRENTLY between BEGIN and COMMIT is refused by the server", subject=_subject(statement))
    elif step.file.script.sends == "transaction":
        yield Observation(
            "CONCURRENTLY is refused: the runner wraps this file in a transaction",
            subject=_subject(statement),
            fix="Tell the runner to leave this file out of a transaction, or run it beside the runner",
        )


@check_file("MIG203")
def concurrently_not_alone(file: File, context: Context) -> Iterator[Observation]:
    """An error where the runner is known to send one query; a warning where nobody said how the file is sent."""
    sends = file.script.sends
    concurrent = [step for step in file.steps if is_concurrent(step.statement)]
    others = len(file.steps) - 1
    if not concurrent or not others or sends in ("statements", "transaction"):
        return
    if sends != "one-query" and any(isinstance(step.statement, MetaCommand) for step in file.steps):
        return  # only psql reads these, and psql sends one statement at a time
    message = f"CONCURRENTLY stands beside {others} other statement{'s' * (others > 1)} in one file"
    if sends == "one-query":
        yield Observation(f"{message}, which the runner sends as one query: the server refuses it", step=concurrent[0])
    else:
        yield Observation(
            f"{message}: most runners send that as one query or in a transaction, where the server refuses it",
            step=concurrent[0],
            severity="warning",
            fix="One statement per file, or name the runner with --runner",
        )


@check_file("MIG207")
def unguarded_partial_apply(file: File, context: Context) -> Iterator[Observation]:
    if not any(is_concurrent(step.statement) for step in file.steps) or file.script.role == "verify":
        return
    unsafe = [step for step in file.steps if not step.transaction and _fails_on_rerun(step)]
    if len(unsafe) >= _SEVERAL:
        yield Observation(
            f"{len(unsafe)} statements of this file fail when it is run again after a failure half-way",
            step=unsafe[1],
        )


def _fails_on_rerun(step: Step) -> bool:
    statement = step.statement
    if isinstance(statement, CreateIndex):
        return not statement.if_not_exists and not step.file.guards.drops_before(statement, step.number)
    if isinstance(statement, DropIndex):
        return not statement.if_exists
    if isinstance(statement, CreateTable):
        return not statement.if_not_exists
    if isinstance(statement, CreateExtension):
        return "if not exists" not in " ".join(statement.text.lower().split())
    return isinstance(statement, AlterTable)


def _subject(statement: Statement) -> str:
    if isinstance(statement, CreateIndex):
        return statement.label
    if isinstance(statement, DropIndex):
        return ", ".join(map(str, statement.names))
    if isinstance(statement, Reindex):
        return str(statement.name or statement.target)
    return str(statement.table) if isinstance(statement, AlterTable) else ""
