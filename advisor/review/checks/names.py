"""Names: too long, taken, folded, unknown (MIG401-409, 518)."""

from collections.abc import Iterator

from advisor.engines.postgres.ddl.expressions import columns
from advisor.engines.postgres.ddl.statements import AlterIndex, AlterTable, CreateIndex, DropIndex, Name, Statement
from advisor.engines.postgres.render import NAME_BYTES, quote_ident
from advisor.model.catalog import Catalog, Table
from advisor.review.context import Context, Step
from advisor.review.coverage import SAME, covers
from advisor.review.registry import Observation, check, check_batch
from advisor.review.relations import (
    find_column,
    listed,
    similar_column,
    similar_table,
)


@check("MIG401", CreateIndex, AlterIndex, AlterTable)
def identifier_too_long(step: Step, statement: Statement, context: Context) -> Iterator[Observation]:
    for name in _new_names(statement):
        size = len(name.text.encode())
        if size > NAME_BYTES:
            yield Observation(
                f"the name {name.text} has {size} bytes; the server cuts it to {name.stored}", subject=name.text
            )


@check_batch("MIG402")
def truncated_name_collision(batch: list[Step], context: Context) -> Iterator[Observation]:
    """Among the scripts, and against the catalogue: different names, equal after the cut."""
    seen: dict[tuple[str, str], str] = {}
    for step in batch:
        create = step.statement
        if not isinstance(create, CreateIndex) or create.name is None:
            continue
        schema, name = _schema(create, context), create.name.name
        other = seen.setdefault((schema, name.stored), name.text)
        taken = context.relations(schema).get(name.stored) if schema and name.stored != name.text else None
        if other != name.text:
            message = f"{name.text} and {other} are the same name after the cut at {NAME_BYTES} bytes"
            yield Observation(message, subject=name.text, step=step)
        elif taken:
            message = f"{name.text} is cut to {name.stored}, which exists already ({taken})"
            yield Observation(message, subject=name.text, step=step)


@check("MIG403", CreateIndex)
def name_taken_by_relation(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    """Silent when the index that has the name is the very one that the statement asks for: the script has run already."""
    table = context.table(create.table)
    if not (context.catalog and table and create.name) or step.file.guards.drops_before(create, step.number):
        return
    name = create.name.name
    taken = context.relations(table.schema).get(name.stored)
    if not taken or name.stored != name.text:
        return
    existing = next((index for index in table.indexes if index.name == name.text), None)
    if existing and existing.valid and covers(existing.spec, create.spec) == SAME:
        return
    state = ", which is INVALID" if existing and not existing.valid else ""
    effect = "IF NOT EXISTS skips the statement" if create.if_not_exists else "the statement fails"
    definition = f": {existing.definition}" if existing and not state else ""
    yield Observation(
        f"{name.text} exists already ({taken}{state}{definition}), so {effect}",
        subject=name.text,
        fix=f"DROP INDEX CONCURRENTLY {quote_ident(name.text)} first" if state else "",
    )


@check("MIG404", CreateIndex)
def qualified_index_name(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    if create.name and create.name.schema:
        yield Observation(
            f"CREATE INDEX {create.name} is a syntax error: an index lives in the schema of its table",
            subject=str(create.name),
            fix=f"CREATE INDEX {quote_ident(create.name.name.text)} ON ...",
        )


@check("MIG406", CreateIndex)
def case_folded_name(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    """With a catalogue, MIG518 says of tables and columns what is certain, and this rule speaks of the index name only."""
    names = [create.name.name] if create.name else []
    if context.catalog is None:
        names += [create.table.name, *(part.name for part in create.keys if part.name)]
        names += create.include
    folded = [name for name in names if name.folds and not name.written.isupper()]
    if folded:
        pairs = listed(dict.fromkeys(f"{name.written} means {name.text}" for name in folded))
        yield Observation(f"unquoted, {pairs}", subject=create.label, fix="Write mixed-case names in double quotes")


@check_batch("MIG409")
def name_reused_in_batch(batch: list[Step], context: Context) -> Iterator[Observation]:
    """Two CREATE INDEX of one name with no DROP between them."""
    first: dict[str, Step] = {}
    for step in batch:
        statement = step.statement
        if isinstance(statement, DropIndex):
            for dropped in statement.names:
                first.pop(dropped.name.stored, None)
        if not isinstance(statement, CreateIndex) or statement.name is None:
            continue
        earlier = first.setdefault(statement.name.name.stored, step)
        # The second CREATE of a cut name is MIG402's.
        if earlier is step or not _same_name(earlier, statement):
            continue
        effect = "IF NOT EXISTS hides this one" if statement.if_not_exists else "this one fails"
        place = f"{earlier.file.script.path}:{earlier.statement.line}"
        yield Observation(
            f"{statement.label} is already created at {place}, with {_difference(earlier, statement)}: {effect}",
            subject=statement.label,
            step=step,
        )


@check("MIG518", CreateIndex)
def unknown_relation_or_column(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    catalog = context.catalog
    if catalog is None or step.creates_table(create.table):
        return
    table = context.table(create.table)
    changed = context.changed_tables.get(create.table.name.text)
    if table is None:
        if changed is None and not _is_view(catalog, create.table.name.text):
            yield _unknown_table(catalog, create)
        return
    names = [(part.name, part.line, part.column) for part in create.keys if part.name]
    read = {column for part in create.keys for column in columns(part.key.expression)} | columns(create.predicate)
    names += [(name, 0, 0) for name in (*create.include, *(Name(column, column) for column in sorted(read)))]
    for name, line, column in names:
        if find_column(table, name.text) is None and name.text not in (changed or ()):
            yield _unknown_column(table, name, line, column)


def _unknown_table(catalog: Catalog, create: CreateIndex) -> Observation:
    meant = similar_table(catalog, create.table)
    place = f"database {catalog.database}" if catalog.database else "the schema given"
    folded = f" (written {create.table.name.written})" if create.table.name.folds else ""
    hint = f"; {meant} does" if meant else ""
    return Observation(
        f"no relation {create.table}{folded} exists in {place}{hint}",
        subject=create.label,
        fix=f"Write ON {meant}" if meant else "",
    )


def _unknown_column(table: Table, name: Name, line: int, column: int) -> Observation:
    meant = similar_column(table, name.text)
    hint = f"; it has {meant}" if meant else ""
    return Observation(
        f"{table.name} has no column {name.text}{hint}",
        subject=f"{table.schema}.{table.name}",
        line=line,
        column=column,
        fix=f"Write {meant}" if meant else "",
    )


def _is_view(catalog: Catalog, name: str) -> bool:
    return any(view == name for _, view, _ in catalog.views)


def _new_names(statement: Statement) -> list[Name]:
    if isinstance(statement, CreateIndex):
        return [statement.name.name] if statement.name else []
    if isinstance(statement, AlterIndex):
        return [statement.argument.name] if statement.action == "rename" and statement.argument else []
    if isinstance(statement, AlterTable):
        return [clause.name for clause in statement.constraints if clause.name]
    return []


def _schema(create: CreateIndex, context: Context) -> str:
    """Where the index will live; `` when neither the statement nor a catalogue says."""
    table = context.meant_table(create.table)
    return table.schema if table else create.table.schema.text if create.table.schema else ""


def _same_name(earlier: Step, create: CreateIndex) -> bool:
    other = earlier.statement
    if not isinstance(other, CreateIndex) or not other.name or not create.name:
        return False
    schemas = {s.table.schema.text for s in (other, create) if s.table.schema}
    return other.name.name.text == create.name.name.text and len(schemas) < 2


def _difference(earlier: Step, create: CreateIndex) -> str:
    other = earlier.statement
    same = isinstance(other, CreateIndex) and other.table.name == create.table.name
    same = same and isinstance(other, CreateIndex) and covers(other.spec, create.spec) == SAME
    return "the same definition" if same else "another definition"
