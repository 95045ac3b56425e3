"""What is in force at each statement of a script: transaction, settings, tables made in the same file, and the waivers above it.

Built once per review; checks only read it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import PurePath

from advisor.engines.postgres.ddl import read_script
from advisor.engines.postgres.ddl.statements import (
    AlterTable,
    Comment,
    CreateExtension,
    CreateIndex,
    CreateTable,
    DropIndex,
    ObjectName,
    Reindex,
    Reset,
    SetVariable,
    Statement,
    Transaction,
)
from advisor.model.catalog import Catalog, Table
from advisor.model.workload import Workload
from advisor.review.guards import Guards, find_guards
from advisor.review.relations import find_table, meant_table, relation_names
from advisor.review.script import Script, migration_of
from advisor.review.usage import WorkloadUse, workload_use
from advisor.rules import RuleSet

TIMEOUTS = ("statement_timeout", "lock_timeout", "transaction_timeout")
"""The settings that the review follows."""


@dataclass(frozen=True, eq=False)
class Step:
    """One statement and what is in force when it runs."""

    statement: Statement
    file: "File"
    number: int
    transaction: bool
    """Inside BEGIN ... COMMIT of the script itself."""
    settings: Mapping[str, str]
    """The TIMEOUTS set so far, by name; values as written."""

    def creates_table(self, table: ObjectName) -> bool:
        """Was `table` created earlier in this file, so that nobody uses it yet?"""
        return any(
            number < self.number and (table.schema is None or schema in ("", table.schema.text))
            for schema, number in self.file.created.get(table.name.text, ())
        )


@dataclass(eq=False)
class File:
    """One parsed script. `guards` is filled in when all files are read."""

    script: Script
    steps: list[Step] = field(default_factory=list)
    comments: tuple[Comment, ...] = ()
    created: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """Table name -> (schema, number of the statement)."""
    guards: Guards = field(default_factory=Guards)

    @cached_property
    def indexes(self) -> dict[str, list[Step]]:
        """Index name -> the statements that create it."""
        found: dict[str, list[Step]] = {}
        for step in self.steps:
            if isinstance(step.statement, CreateIndex) and step.statement.name:
                found.setdefault(step.statement.name.name.text, []).append(step)
        return found


@dataclass(frozen=True, eq=False)
class Context:
    """Everything a check may look at."""

    files: list[File]
    rules: RuleSet
    catalog: Catalog | None = None
    workload: Workload | None = None
    use: WorkloadUse = field(default_factory=WorkloadUse)
    """How the statements of the workload reach the tables of the catalogue."""
    roles: Mapping[tuple[str, str], File] = field(default_factory=dict)
    """(migration, role) -> file."""

    _tables: dict[str, tuple[Table | None, Table | None]] = field(default_factory=dict)
    _relations: dict[str, dict[str, str]] = field(default_factory=dict)

    def relations(self, schema: str) -> Mapping[str, str]:
        """Name -> what it is, of everything in a schema of the catalogue; empty without one."""
        if schema not in self._relations:
            self._relations[schema] = relation_names(self.catalog, schema) if self.catalog else {}
        return self._relations[schema]

    def table(self, name: ObjectName) -> Table | None:
        """The table of the catalogue that the server would find; None without a catalogue."""
        return self._looked_up(name)[0]

    def meant_table(self, name: ObjectName) -> Table | None:
        """The same, else the table whose name differs only in capitals."""
        return self._looked_up(name)[1]

    def _looked_up(self, name: ObjectName) -> tuple[Table | None, Table | None]:
        key = str(name)
        if key not in self._tables:
            catalog = self.catalog
            self._tables[key] = (find_table(catalog, name), meant_table(catalog, name)) if catalog else (None, None)
        return self._tables[key]

    @cached_property
    def extensions(self) -> dict[str, Step]:
        """Extension -> the statement that creates it."""
        return {
            step.statement.name.text: step
            for batch in self.batches()
            for step in batch
            if isinstance(step.statement, CreateExtension)
        }

    @cached_property
    def changed_tables(self) -> dict[str, set[str]]:
        """Tables that the scripts create or rename something to, and the columns that they add to others."""
        found: dict[str, set[str]] = {}
        for batch in self.batches():
            for statement in (step.statement for step in batch):
                if isinstance(statement, CreateTable):
                    found.setdefault(statement.table.name.text, set())
                elif isinstance(statement, AlterTable):
                    if statement.renamed_to:
                        found.setdefault(statement.renamed_to, set())
                    if statement.added:
                        found.setdefault(statement.table.name.text, set()).update(statement.added)
        return found

    def companion(self, file: File, role: str) -> File | None:
        """The file of the same migration in that role."""
        return self.roles.get((migration_of(file.script.path), role))

    def batches(self) -> Iterator[list[Step]]:
        """The statements that a deployment runs, in order, folder by folder: another folder may be another database.

        Those of `down` and `verify` files are left out.
        """
        forward = [file for file in self.files if file.script.role not in ("down", "verify")]
        for _, files in groupby(forward, key=lambda file: PurePath(file.script.path).parent):
            yield [step for file in files for step in file.steps]


def build_context(
    scripts: Sequence[Script], rules: RuleSet, catalog: Catalog | None, workload: Workload | None
) -> Context:
    """Parse all scripts, in the order of their paths."""
    files = [read_file(script) for script in sorted(scripts, key=lambda script: PurePath(script.path))]
    roles = {(migration_of(file.script.path), file.script.role or "up"): file for file in files}
    context = Context(
        files,
        rules,
        catalog,
        workload,
        workload_use(workload, catalog) if workload and catalog else WorkloadUse(),
        roles,
    )
    for file in files:
        verify = context.companion(file, "verify")
        later = [s.statement for s in verify.steps] if verify and verify is not file else []
        file.guards = find_guards(file.indexes, [s.statement for s in file.steps], later)
    return context


def read_file(script: Script) -> File:
    """Parse one script and follow its transaction and settings."""
    parsed = read_script(script.text)
    file = File(script, comments=parsed.comments)
    transaction = False
    session: Mapping[str, str] = {}
    local: Mapping[str, str] = {}
    for number, statement in enumerate(parsed.statements):
        if isinstance(statement, Transaction) and statement.action != "savepoint":
            transaction, local = statement.action == "begin", {}
        settings = {**session, **local} if local else session
        file.steps.append(Step(statement, file, number, transaction, settings))
        if isinstance(statement, SetVariable) and statement.name in TIMEOUTS:
            changed = {statement.name: statement.value}
            if statement.local:
                local = {**local, **changed} if transaction or script.sends == "transaction" else local
            else:
                session, local = {**session, **changed}, _without(local, statement.name)
        elif isinstance(statement, Reset):
            session = {} if statement.name == "all" else _without(session, statement.name)
            local = {} if statement.name == "all" else _without(local, statement.name)
        elif isinstance(statement, CreateTable):
            schema = statement.table.schema.text if statement.table.schema else ""
            file.created.setdefault(statement.table.name.text, []).append((schema, number))
    return file


def is_concurrent(statement: Statement) -> bool:
    """Does it carry CONCURRENTLY, which no transaction may surround?"""
    return isinstance(statement, CreateIndex | DropIndex | Reindex | AlterTable) and statement.concurrently


def _without(settings: Mapping[str, str], name: str) -> Mapping[str, str]:
    return {key: value for key, value in settings.items() if key != name} if name in settings else settings
