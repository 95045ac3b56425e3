"""What a failed or repeated run leaves behind (MIG301-303), and statements that cannot be read (MIG914)."""

from collections.abc import Iterator

from advisor.engines.postgres.ddl.statements import CreateIndex, Unreadable
from advisor.review.context import Context, Step
from advisor.review.registry import Observation, check


@check("MIG301", CreateIndex)
def if_not_exists_hides_invalid(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    if create.concurrently and create.if_not_exists and not _guarded(step, create):
        yield Observation(
            f"after a failed build, IF NOT EXISTS finds the INVALID {create.label} and reports success",
            subject=create.label,
        )


@check("MIG302", CreateIndex)
def unverified_concurrent_build(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    """Silent where MIG301 speaks (its repair brings the check), and for unnamed indexes, which no check can name."""
    if not create.concurrently or create.name is None or step.file.guards.checks_after(create, step.number):
        return
    if create.if_not_exists and not _guarded(step, create):
        return
    yield Observation(f"nothing checks afterwards that {create.label} is valid", subject=create.label)


@check("MIG303", CreateIndex)
def unnamed_concurrent_index(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    if create.concurrently and create.name is None:
        yield Observation(
            f"the index on {create.table} has no name: a second run builds another one beside it",
            subject=str(create.table),
        )


@check("MIG914", Unreadable)
def unreadable_statement(step: Step, statement: Unreadable, context: Context) -> Iterator[Observation]:
    yield Observation(f"cannot be read, so nothing of it was checked: {statement.reason}")


def _guarded(step: Step, create: CreateIndex) -> bool:
    """Is a broken index of that name dropped before, or found afterwards?"""
    guards = step.file.guards
    return guards.checks_after(create, step.number) or guards.drops_before(create, step.number)
