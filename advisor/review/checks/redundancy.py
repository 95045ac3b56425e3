"""Indexes that another one makes superfluous, in the catalogue or in the same batch (MIG601-603, 611)."""

from collections.abc import Iterator

from advisor.engines.postgres.ddl.expressions import comparable, comparable_key
from advisor.engines.postgres.ddl.statements import CreateIndex, DropIndex, Statement
from advisor.model.catalog import Index, Table
from advisor.model.index import IndexSpec
from advisor.review.context import Context, Step
from advisor.review.coverage import PREFIX, SAME, covers, shadowing_key
from advisor.review.registry import Observation, check, check_batch
from advisor.review.relations import located_spec

MOST_KEYS = 32
"""INDEX_MAX_KEYS of a server as it is built everywhere."""


@check("MIG601", CreateIndex)
def duplicate_index(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    found = _existing(step, create, context)
    if found is None or _shadow(*found, create):
        return
    table, spec = found
    for index in _others(table, create):
        if covers(index.spec, spec) == SAME:
            yield Observation(
                f"{create.label} is the index {index.name} once more",
                subject=create.label,
                evidence={"index": index.name},
            )
            return


@check("MIG602", CreateIndex)
def prefix_of_existing_index(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    found = _existing(step, create, context)
    if found is None or _shadow(*found, create):
        return
    table, spec = found
    if any(covers(index.spec, spec) == SAME for index in _others(table, create)):
        return
    for index in _others(table, create):
        if covers(index.spec, spec) == PREFIX:
            yield Observation(
                f"the keys of {create.label} are the first keys of {index.name}, which serves the same queries",
                subject=create.label,
                evidence={"index": index.name},
            )
            return


@check("MIG603", CreateIndex)
def shadowed_by_primary_key(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    found = _existing(step, create, context)
    index = _shadow(*found, create) if found else None
    if index is None:
        return
    kind = "the primary key" if index.primary else "the unique index"
    columns = ", ".join(key.column for key in index.spec.keys)
    yield Observation(
        f"{kind} {index.name} ({columns}) finds the same row already; {create.label} adds nothing to search by",
        subject=create.label,
        evidence={"index": index.name},
    )


@check_batch("MIG611")
def batch_overlap(batch: list[Step], context: Context) -> Iterator[Observation]:
    """Pairs on one table of which one covers the other; pairs of one name are MIG409's, and what the batch drops again is nobody's.

    Looked up by their leading keys, so that a script of ten thousand indexes does not compare each with each.
    """
    whole: dict[tuple[str, ...], Step] = {}
    beginning: dict[tuple[str, ...], Step] = {}
    dropped = {
        name.name.stored: number
        for number, step in enumerate(batch)
        if isinstance(step.statement, DropIndex)
        for name in step.statement.names
    }
    for number, step in enumerate(batch):
        if not isinstance(step.statement, CreateIndex) or dropped.get(_name(step.statement), -1) > number:
            continue
        create = step.statement
        prefixes = _prefixes(create)
        earlier = [beginning.get(prefixes[-1]), *(whole.get(prefix) for prefix in prefixes)]
        for other in filter(None, earlier):
            if _name(other.statement) != _name(create) and (seen := _overlap(other, step)):
                yield seen
                break
        whole.setdefault(prefixes[-1], step)
        for prefix in prefixes:
            beginning.setdefault(prefix, step)


def _prefixes(create: CreateIndex) -> list[tuple[str, ...]]:
    """Table, method and predicate with the first key, the first two keys, and so on."""
    kind = (_schema(create), create.table.name.text, create.method, comparable(create.predicate))
    keys = tuple(comparable_key(part.key) for part in create.keys[:MOST_KEYS])
    return [(*kind, *keys[: length + 1]) for length in range(len(keys))]


def _overlap(earlier: Step, step: Step) -> Observation | None:
    first, second = earlier.statement, step.statement
    if not isinstance(first, CreateIndex) or not isinstance(second, CreateIndex):
        return None
    kind = covers(first.spec, second.spec)
    needless, enough = second, first
    if not kind:
        kind = covers(second.spec, first.spec)
        needless, enough = first, second
    if not kind:
        return None
    where = f"{earlier.file.script.path}:{earlier.statement.line}"
    relation = "is the same index as" if kind == SAME else "has the first keys of"
    return Observation(
        f"{needless.label} {relation} {enough.label} of the same batch ({where}): one of them is enough",
        subject=needless.label,
        step=step,
    )


def _existing(step: Step, create: CreateIndex, context: Context) -> tuple[Table, IndexSpec] | None:
    table = context.meant_table(create.table)
    if table is None or step.creates_table(create.table) or create.only:
        return None
    return table, located_spec(create, table)


def _others(table: Table, create: CreateIndex) -> list[Index]:
    """Valid indexes of other names: one of the same name is MIG403's, or this script after its run."""
    name = create.name.name.stored if create.name else ""
    return [index for index in table.indexes if index.valid and index.name != name]


def _shadow(table: Table, spec: IndexSpec, create: CreateIndex) -> Index | None:
    index = shadowing_key(table, spec)
    return index if index and index.name != _name(create) else None


def _schema(create: CreateIndex) -> str:
    return create.table.schema.text if create.table.schema else ""


def _name(statement: Statement) -> str:
    return statement.name.name.stored if isinstance(statement, CreateIndex) and statement.name else ""
