"""Whether a migration can be taken back, and how (MIG901-903). Only where files are named *.up.sql and *.down.sql."""

from collections.abc import Iterator

from advisor.engines.postgres.ddl.statements import DropIndex
from advisor.review.context import Context, File, Step, is_concurrent
from advisor.review.registry import Observation, check, check_file
from advisor.review.relations import listed


@check_file("MIG901")
def missing_down(file: File, context: Context) -> Iterator[Observation]:
    if file.script.role == "up" and context.companion(file, "down") is None:
        yield Observation(
            "has no .down.sql beside it: it cannot be taken back", fix=f"Write {_down_name(file.script.path)}"
        )


@check_file("MIG902")
def down_not_inverse(file: File, context: Context) -> Iterator[Observation]:
    up = context.companion(file, "up") if file.script.role == "down" else None
    if up is None or up is file:
        return
    forgotten = sorted(_created(up) - _dropped(file)) + sorted(_dropped(up) - _created(up) - _created(file))
    if forgotten:
        yield Observation(f"does not undo what its up file does to {listed(forgotten)}", subject=listed(forgotten))


@check("MIG903", DropIndex)
def down_not_concurrent(step: Step, drop: DropIndex, context: Context) -> Iterator[Observation]:
    up = context.companion(step.file, "up") if step.file.script.role == "down" else None
    if drop.concurrently or up is None or up is step.file:
        return
    how = "builds CONCURRENTLY" if any(is_concurrent(s.statement) for s in up.steps) else "runs on a live table"
    names = listed(map(str, drop.names))
    yield Observation(
        f"taking back {names} locks the table against reads and writes, though the up file {how}", subject=names
    )


def _created(file: File) -> set[str]:
    """Index names that the file leaves behind."""
    dropped = {
        name.name.text: step.number
        for step in file.steps
        if isinstance(step.statement, DropIndex)
        for name in step.statement.names
    }
    return {name for name, steps in file.indexes.items() if dropped.get(name, -1) < steps[-1].number}


def _dropped(file: File) -> set[str]:
    return {n.name.text for s in file.steps if isinstance(s.statement, DropIndex) for n in s.statement.names}


def _down_name(path: str) -> str:
    return path.rpartition("/")[2][: -len(".up.sql")] + ".down.sql"
