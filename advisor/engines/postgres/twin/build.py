"""The schema of a twin: the catalogue's objects as statements, run in an order that works.

Owns what is created and what is said about objects that could not be. Every statement runs as the role that owns the
twin, never as a superuser: a catalogue may come from a file that somebody sent.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import psycopg
from psycopg import sql

from advisor.engines.postgres.catalog.queries import OTHER_PLANNER_SETTINGS
from advisor.engines.postgres.render import qualified, quote_ident
from advisor.engines.postgres.twin.site import UNTRUSTED, Connection, Site, run_alone
from advisor.model.catalog import Catalog, Column, Constraint, Table

Statement = tuple[str, str]
"""(what it creates, for people; SQL)."""


BATCH = 100
"""Statements in one transaction: each new relation holds a lock until its end."""


class Failure(NamedTuple):
    """A statement that the server refused, and its words."""

    what: str
    statement: str
    words: str


_TYPE = re.compile(
    r"(?:(?P<schema>\"(?:[^\"]|\"\")+\"|[^.\"(]+)\.)?(?P<name>\"(?:[^\"]|\"\")+\"|[^.\"([]+)(?:\(.*\))?(?P<array>(?:\[\])*)"
)
_ROLES = re.compile(r" FOR (SELECT|INSERT|UPDATE|DELETE|ALL) TO .*?(?= USING \(| WITH CHECK \(|$)", re.DOTALL)

_MISSING_TYPES = "SELECT DISTINCT t FROM unnest(%s::text[]) t WHERE to_regtype(t) IS NULL ORDER BY 1"
_AVAILABLE = "SELECT name::text FROM pg_available_extensions WHERE name = ANY(%s) ORDER BY 1"
_COLLATION_MISSING = "SELECT DISTINCT c FROM unnest(%s::text[]) c WHERE to_regcollation(c) IS NULL ORDER BY 1"
_BELIEVED = "UPDATE pg_constraint SET convalidated = true WHERE contype = 'f' AND conname <> ALL(%s)"
_SETTABLE = """
SELECT name FROM pg_settings WHERE (category LIKE 'Query Tuning%%' OR name = ANY(%s)) AND name = ANY(%s) ORDER BY name
"""


def build_schema(site: Site, catalog: Catalog) -> list[str]:
    """Create the catalogue's objects in the empty database `site`; notes about what differs from production."""
    notes = _apply_settings(site, catalog)
    with site.owner() as owner:
        run_all(owner, _schemas(catalog))
        notes += _create_extensions(site, catalog)
        failed = run_all(owner, [(_summary(text), text) for text in catalog.definitions])
        types, type_notes = _replace_types(owner, catalog)
        collations = _unknown_collations(owner, catalog)
        notes += type_notes
        notes += [f"collation {name} is unknown here: the default is used" for name in sorted(collations)]
        # A function may need a table's row type, and a generated column that function: so once more, together.
        failed = run_all(owner, [*((f.what, f.statement) for f in failed), *_tables(catalog, types, collations)])
        failed += run_all(owner, _attachments(catalog))
        failed += run_all(owner, [*_indexes(catalog), *_index_attachments(catalog)])
        failed += run_all(owner, [*_constraints(catalog), *_rest(catalog)])
        run_all(owner, _renewals(catalog))
    with site.admin() as admin:
        admin.execute(_BELIEVED, ([c.name for t in catalog.tables for c in t.constraints if not c.validated],))
    return [*notes, *(f"{failure.what} could not be recreated: {failure.words}" for failure in failed)]


def run_all(connection: Connection, statements: Iterable[Statement]) -> list[Failure]:
    """Run every statement, again those that failed as long as one more succeeds; what is left, with the server's words.

    Repeating replaces sorting: views on views, functions on types and tables on functions come in any order.
    """
    pending = list(statements)
    while pending:
        failures = []
        for start in range(0, len(pending), BATCH):
            batch = pending[start : start + BATCH]
            if not _run_together(connection, batch):
                failures += _run_singly(connection, batch)
        if len(failures) in (0, len(pending)):
            return failures
        pending = [(failure.what, failure.statement) for failure in failures]
    return []


def _run_together(connection: Connection, batch: list[Statement]) -> bool:
    """All in one transaction without waiting for each answer: several times faster. False when one was refused."""
    try:
        with connection.transaction(), connection.pipeline():
            for _, text in batch:
                connection.execute(text.encode(), prepare=False)
    except psycopg.Error:
        return False
    return True


def _run_singly(connection: Connection, batch: list[Statement]) -> list[Failure]:
    failures = []
    for what, text in batch:
        try:
            run_alone(connection, text)
        except psycopg.Error as error:
            failures.append(Failure(what, text, first_line(error)))
    return failures


def first_line(error: psycopg.Error) -> str:
    """The server's message without its position and context."""
    return str(error.diag.message_primary or error).splitlines()[0]


def _summary(statement: str) -> str:
    return statement.split("\n", 1)[0][:80]


def _apply_settings(site: Site, catalog: Catalog) -> list[str]:
    """Production's planner settings, for every session of the twin's role."""
    notes = []
    settings = {**catalog.settings, "search_path": ", ".join(quote_ident(s) for s in catalog.search_path)}
    with site.admin() as admin:
        known = {
            row[0] for row in admin.execute(_SETTABLE, (OTHER_PLANNER_SETTINGS, list(catalog.settings))).fetchall()
        }
        for name, value in settings.items():
            if name not in known and name != "search_path":
                notes.append(f"setting {name} is unknown here")
                continue
            text = sql.SQL(value) if name == "search_path" else sql.Literal(value)
            try:
                admin.execute(
                    sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(site.role), sql.Identifier(name), text)
                )
            except psycopg.Error as error:
                notes.append(f"setting {name} could not be applied: {first_line(error)}")
    return notes


def _schemas(catalog: Catalog) -> list[Statement]:
    used = {table.schema for table in catalog.tables} | set(catalog.extensions.values()) - {"pg_catalog"}
    return [
        (f"schema {name}", f"CREATE SCHEMA IF NOT EXISTS {quote_ident(name)}") for name in sorted(used | {"public"})
    ]


def _create_extensions(site: Site, catalog: Catalog) -> list[str]:
    wanted = {name: schema for name, schema in catalog.extensions.items() if name != "plpgsql"}
    notes = []
    with site.admin() as admin:
        available = {row[0] for row in admin.execute(_AVAILABLE, (list(wanted),)).fetchall()} - UNTRUSTED
        for name, schema in sorted(wanted.items()):
            if name not in available:
                notes.append(f"extension {name} is not available here: its types become text, its indexes are left out")
                continue
            where = sql.SQL("") if schema == "pg_catalog" else sql.SQL(" SCHEMA {}").format(sql.Identifier(schema))
            try:
                admin.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}{} CASCADE").format(sql.Identifier(name), where)
                )
            except psycopg.Error as error:
                notes.append(f"extension {name} could not be created here: {first_line(error)}")
    return notes


def _replace_types(owner: Connection, catalog: Catalog) -> tuple[dict[str, str], list[str]]:
    """For each column type that does not exist here a domain over text of the same name: (type -> domain, notes)."""
    names = sorted({column.type for table in catalog.tables for column in table.columns})
    replaced, notes = {}, []
    for (name,) in owner.execute(_MISSING_TYPES, (names,)).fetchall():
        found = _TYPE.fullmatch(name)
        bare = ".".join(part for part in (found["schema"], found["name"].strip()) if part) if found else ""
        if not found:
            continue
        run_all(owner, [(name, f"CREATE DOMAIN {bare} AS text")])
        replaced[name] = bare + found["array"]
        notes.append(f"type {name} is text here: its operators and indexes cannot be planned")
    return replaced, notes


def _unknown_collations(owner: Connection, catalog: Catalog) -> set[str]:
    names = sorted({c.collation for table in catalog.tables for c in table.columns if c.collation})
    return {row[0] for row in owner.execute(_COLLATION_MISSING, (names,)).fetchall()}


def _tables(catalog: Catalog, types: dict[str, str], collations: set[str]) -> Iterator[Statement]:
    for table in catalog.tables:
        name = qualified(table.schema, table.name)
        columns = ", ".join(_column(column, types, collations) for column in table.columns)
        text = f"CREATE TABLE {name} ({columns})"
        if table.inherits:
            text += f" INHERITS ({', '.join(qualified(*parent) for parent in table.inherits)})"
        if table.kind == "p":
            text += f" PARTITION BY {table.partition_key}"
        elif table.fillfactor != 100:
            text += f" WITH (fillfactor = {int(table.fillfactor)})"
        yield f"table {name}", text


def _column(column: Column, types: dict[str, str], collations: set[str]) -> str:
    text = f"{quote_ident(column.name)} {types.get(column.type, column.type)}"
    if column.collation and column.collation not in collations and column.type not in types:
        text += f" COLLATE {column.collation}"
    if column.generated:
        text += f" GENERATED ALWAYS AS ({column.generated}) {'VIRTUAL' if column.virtual else 'STORED'}"
    return text + (" NOT NULL" if column.not_null else "")


def _attachments(catalog: Catalog) -> Iterator[Statement]:
    for table in catalog.tables:
        if table.partition_of:
            child, parent = qualified(table.schema, table.name), qualified(*table.partition_of)
            yield f"partition {child}", f"ALTER TABLE ONLY {parent} ATTACH PARTITION {child} {table.partition_bound}"


def _indexes(catalog: Catalog) -> Iterator[Statement]:
    """Under the names that production uses: a constraint creates the index of its own name."""
    for table in catalog.tables:
        constraints = {constraint.name: constraint for constraint in table.constraints if constraint.kind in "pux"}
        for index in table.indexes:
            text = index.definition
            if index.constraint and index.name in constraints:
                text = _add_constraint(table, index.name, constraints[index.name].definition, only=True)
            yield f"index {qualified(table.schema, index.name)}", text


def _index_attachments(catalog: Catalog) -> Iterator[Statement]:
    schema_of = {(t.schema, t.name): t for t in catalog.tables}
    for table in catalog.tables:
        for index in table.indexes:
            parent = schema_of.get(table.partition_of or ("", ""))
            if index.parent and parent:
                child = qualified(table.schema, index.name)
                text = f"ALTER INDEX {qualified(parent.schema, index.parent)} ATTACH PARTITION {child}"
                yield f"partition {child}", text


def _constraints(catalog: Catalog) -> Iterator[Statement]:
    """Checks and foreign keys: the planner uses both. Those that a parent hands down come with the parent's."""
    for table in catalog.tables:
        parents = [catalog.table(*name) for name in (table.partition_of, *table.inherits) if name]
        handed_down = {_meaning(constraint) for parent in parents if parent for constraint in parent.constraints}
        for constraint in table.constraints:
            if constraint.kind in "fc" and _meaning(constraint) not in handed_down:
                what = f"constraint {constraint.name} of {qualified(table.schema, table.name)}"
                text = _add_constraint(table, constraint.name, constraint.definition, only=False)
                unchecked = constraint.references and not _partitioned(catalog, table, constraint)
                yield what, text + (" NOT VALID" if unchecked and constraint.validated else "")


def _partitioned(catalog: Catalog, table: Table, constraint: Constraint) -> bool:
    """A foreign key from or to a partitioned table cannot be added unchecked before PostgreSQL 18."""
    target = catalog.table(*constraint.references) if constraint.references else None
    return table.kind == "p" or (target is not None and target.kind == "p")


def _renewals(catalog: Catalog) -> Iterator[Statement]:
    """Checking a foreign key plans a query, which leaves index pages in the buffer pool: new files are not cached."""
    checked = {
        name
        for table in catalog.tables
        for constraint in table.constraints
        if constraint.references and _partitioned(catalog, table, constraint)
        for name in ((table.schema, table.name), constraint.references)
    }
    for table in catalog.tables:
        if table.indexes and {(table.schema, table.name), table.partition_of} & checked:
            name = qualified(table.schema, table.name)
            yield f"indexes of {name}", f"REINDEX TABLE {name}"


def _meaning(constraint: Constraint) -> tuple[str, str]:
    return constraint.kind, constraint.definition if constraint.kind == "f" else constraint.name


def _add_constraint(table: Table, name: str, definition: str, *, only: bool) -> str:
    relation = f"{'ONLY ' if only else ''}{qualified(table.schema, table.name)}"
    return f"ALTER TABLE {relation} ADD CONSTRAINT {quote_ident(name)} {definition}"


def _rest(catalog: Catalog) -> Iterator[Statement]:
    for schema, name, text in catalog.views:
        yield f"view {qualified(schema, name)}", text
    for text in catalog.extended_statistics:
        yield "extended statistics", text
    for table in catalog.tables:
        if table.row_security:
            name = qualified(table.schema, table.name)
            yield f"row security of {name}", f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
            for policy in table.policies:
                yield f"policy on {name}", _ROLES.sub(r" FOR \1", policy, count=1)
