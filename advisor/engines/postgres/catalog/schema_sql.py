"""A user's `schema.sql` (hand-written, or from pg_dump) as a catalogue: it is run on a throw-away server and read back.

The text is hostile. Only definitions run, one statement at a time through the extended protocol, as a role that is no
superuser, with a time limit; data, grants and procedural blocks do not. A catalogue read like this has no statistics.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import psycopg
from msgspec.structs import replace
from psycopg import sql

from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.catalog.schema_repairs import repaired, stand_in
from advisor.engines.postgres.ddl.tokens import Positions, split
from advisor.engines.postgres.twin.build import first_line
from advisor.engines.postgres.twin.site import UNTRUSTED, Connection, Site, open_site, run_alone
from advisor.errors import InputError
from advisor.model.catalog import Catalog, Table
from advisor.model.event import Skip

TIMEOUT = "10s"
ATTEMPTS = 20
"""Repairs of one statement: one for each unknown type, role or schema in it."""

_COMMENTS = re.compile(r"\s*(?:--[^\n]*(?:\n|$)\s*|/\*.*?\*/\s*)*", re.DOTALL)
_RUN = re.compile(
    r"(CREATE\s+(OR\s+REPLACE\s+)?((GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|UNIQUE|RECURSIVE|MATERIALIZED|TRUSTED)\s+)*"
    r"(TABLE|INDEX|VIEW|SEQUENCE|TYPE|DOMAIN|FUNCTION|AGGREGATE|SCHEMA|POLICY|STATISTICS|COLLATION|OPERATOR|CAST)\b"
    r"|ALTER\s+(TABLE|INDEX|VIEW|MATERIALIZED|SEQUENCE|TYPE|DOMAIN|SCHEMA|STATISTICS|FUNCTION|OPERATOR)\b"
    r"|DROP\s+(TABLE|INDEX|VIEW|MATERIALIZED|SEQUENCE|TYPE|DOMAIN|SCHEMA|FUNCTION|POLICY|STATISTICS)\b"
    r"|COMMENT\s+ON\b"
    r"|SET\s+(search_path|check_function_bodies|default_table_access_method|standard_conforming_strings)\b"
    r"|SELECT\s+pg_catalog\.set_config\(\s*'search_path'\s*,\s*'[^']*'\s*,\s*(false|true)\s*\)\s*$)",
    re.IGNORECASE,
)
_IGNORED = re.compile(
    r"(COPY|INSERT|GRANT|REVOKE|SET\s+(?!search_path|check_|default_table_access|standard_)|RESET|BEGIN|START|COMMIT|END|ANALYZE|VACUUM|LOCK|NOTIFY|REFRESH"
    r"|ALTER\s+DEFAULT|ALTER\s+\S+.*\s+OWNER\s+TO\s+\S+\s*$|SELECT\s+pg_catalog\.setval\s*\("
    r"|(CREATE|ALTER|DROP)\s+(OR\s+REPLACE\s+|CONSTRAINT\s+)?(ROLE|USER|GROUP|TRIGGER|EVENT|PUBLICATION|SUBSCRIPTION|RULE)\b"
    r"|(CREATE|ALTER|DROP)\s+(OR\s+REPLACE\s+)?(PROCEDURE|DATABASE)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""Says nothing about tables, indexes or statistics: left out without a word."""

_EXTENSION = re.compile(
    r"CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?(\"[^\"]+\"|[\w-]+)(?:.*?\bSCHEMA\s+(\"[^\"]+\"|\w+))?",
    re.IGNORECASE | re.DOTALL,
)
_NO_DATA = re.compile(r"CREATE\s+MATERIALIZED\b(?!.*\bWITH\s+(NO\s+)?DATA\s*$)", re.IGNORECASE | re.DOTALL)
_CONCURRENTLY = re.compile(r"^(CREATE\s+(?:UNIQUE\s+)?INDEX\s+)CONCURRENTLY\s+", re.IGNORECASE)
_AVAILABLE = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = %s)"


class _Statement(NamedTuple):
    text: str
    line: int


_Refused = tuple[_Statement, str]
"""A statement and why it was left out."""


def catalog_from_sql(text: str, *, name: str) -> tuple[Catalog, list[Skip]]:
    """The catalogue that the definitions in `text` make, without statistics, and the statements that were left out.

    `name` says where the text comes from. Raises InputError when nothing at all could be created (with the server's
    first error and its line), ServerMissing when there is no server to run it on.
    """
    pending, refused = _sorted_out(_statements(text))
    if pending:
        with open_site(Catalog()) as site:
            refused += _run(site, pending)
            catalog = load_catalog(site.owner_dsn, values=False)
    else:
        catalog = Catalog()
    if not (catalog.tables or catalog.views):
        for statement, words in sorted(refused, key=lambda pair: pair[0].line)[:1]:
            raise InputError(f"{name}, line {statement.line}: {words}", "Correct the statement; nothing was created.")
        hint = "Give the output of `pg_dump --schema-only`, or CREATE TABLE statements."
        raise InputError(f"{name}: there is no definition of a table in it", hint)
    skipped = [Skip(source=name, reason=words, example=f"line {statement.line}") for statement, words in refused]
    return _without_statistics(catalog), sorted(skipped)


def _statements(text: str) -> Iterator[_Statement]:
    """Each SQL statement without leading comments; psql's own commands and COPY data are no statements."""
    positions = Positions(text)
    for piece in split(text)[0]:
        if piece.kind == "meta":
            continue
        body = text[piece.start : piece.end]
        comments = _COMMENTS.match(body)
        start = piece.start + (comments.end() if comments else 0)
        statement = text[start : piece.end].rstrip().rstrip(";").rstrip()
        if statement:
            yield _Statement(statement, positions.at(start)[0])


def _sorted_out(statements: Iterable[_Statement]) -> tuple[list[_Statement], list[_Refused]]:
    """(definitions to run, what is neither that nor silently ignored)."""
    pending, refused = [], []
    for statement in statements:
        if _IGNORED.match(statement.text):
            continue
        if _RUN.match(statement.text) or _EXTENSION.match(statement.text):
            pending.append(statement)
        else:
            refused.append((statement, "only definitions are run"))
    return pending, refused


def _run(site: Site, pending: list[_Statement]) -> list[_Refused]:
    """Run the definitions; what failed. Failed ones are tried again while that helps: their order may be loose."""
    with site.owner() as owner, site.admin() as admin:
        owner.execute(f"SET statement_timeout = '{TIMEOUT}'".encode())
        while pending:
            failed = [(s, words) for s in pending if (words := _execute(owner, admin, s.text)) is not None]
            if len(failed) in (0, len(pending)):
                return failed
            pending = [statement for statement, _ in failed]
    return []


def _execute(owner: Connection, admin: Connection, text: str) -> str | None:
    """Run one statement; the server's words when it cannot be."""
    if extension := _EXTENSION.match(text):
        return _extension(owner, admin, extension[1].strip('"'), (extension[2] or "public").strip('"'))
    if _NO_DATA.match(text):
        text += " WITH NO DATA"
    text = _CONCURRENTLY.sub(r"\1", text)
    words = ""
    for _ in range(ATTEMPTS):
        try:
            run_alone(owner, text)
            return None
        except psycopg.Error as error:
            words = first_line(error)
            again = None if "\0" in text else repaired(owner, admin, text, error)
            if again is None:
                return words
            text = again
    return words


def _extension(owner: Connection, admin: Connection, name: str, schema: str) -> str | None:
    """Create an available extension, else what stands in for it."""
    if name == "plpgsql":
        return None
    found = admin.execute(_AVAILABLE, (name,)).fetchone()
    if name in UNTRUSTED:
        return f"extension {name} is not created: it is an untrusted language"
    if not (found and found[0]):
        known = stand_in(owner, name, schema)
        return f"extension {name} is not available here" + (": its types are text" if known else "")
    text = sql.SQL("CREATE SCHEMA IF NOT EXISTS {1}; CREATE EXTENSION IF NOT EXISTS {0} SCHEMA {1} CASCADE")
    try:
        admin.execute(text.format(sql.Identifier(name), sql.Identifier(schema)))
    except psycopg.Error as error:
        return first_line(error)
    return None


def _without_statistics(catalog: Catalog) -> Catalog:
    return replace(
        catalog,
        database="",
        server_version=0,
        statistics="none",
        settings={},
        search_path=catalog.search_path or ("public",),
        tables=tuple(_bare(table) for table in catalog.tables),
        stats_reset=None,
        collation="",
        notes=(),
    )


def _bare(table: Table) -> Table:
    indexes = tuple(replace(i, pages=0, rows=0, scans=None, last_scan=None, statistics=()) for i in table.indexes)
    columns = tuple(replace(column, statistics=()) for column in table.columns)
    return replace(table, pages=0, rows=-1, all_visible=0, writes=None, indexes=indexes, columns=columns)
