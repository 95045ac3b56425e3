"""Where a twin lives: an empty database of its own on a server whose files we may change.

Three providers: a DSN the user names for the purpose, a local installation, the server in the wheel. Everything of the
user's (names, expressions, functions, statements) is run as a role that owns this database and nothing else; the
superuser's connection only writes statistics and switches indexes.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from advisor.engines.postgres import servers
from advisor.engines.postgres.connect import failure
from advisor.errors import ConnectionFailed, ServerMissing
from advisor.model.catalog import Catalog

Connection = psycopg.Connection[tuple[Any, ...]]

SETTINGS = {
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "12",
    "shared_buffers": "64MB",
    "max_wal_size": "4GB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "default_statistics_target": "100",
}
"""Of our own servers. Statements of the user's never reach the server's log."""

OWNER = "advisor_twin"

UNTRUSTED = frozenset({"plpython3u", "plperlu", "pltclu", "plr", "plsh"})
"""Extensions that nobody needs to plan a statement and that run programs."""


@dataclass(frozen=True)
class Site:
    """One empty database: connection strings of the superuser and of the owner (`role`), and where its files are."""

    admin_dsn: str
    owner_dsn: str
    role: str
    data_directory: Path
    version: int
    label: str
    writable_pages: bool
    """Pages that we write ourselves are believed: no data checksums, and `wal_level` above minimal (where the server
    reads the pages of every new file back into its buffer pool)."""

    def admin(self) -> Connection:
        """A superuser connection; catalogues may be changed."""
        connection = psycopg.connect(self.admin_dsn, autocommit=True, application_name="advisor")
        connection.execute("SET allow_system_table_mods = on")
        return connection

    def owner(self) -> Connection:
        """A connection of the role that owns the database and is no superuser."""
        return psycopg.connect(self.owner_dsn, autocommit=True, application_name="advisor", prepare_threshold=None)


def run_alone(connection: Connection, statement: str) -> None:
    """Run one statement of the user's. A text that holds two is refused: a binary answer takes the extended protocol."""
    connection.execute(statement.encode(), prepare=False, binary=True)


def choose(catalog: Catalog) -> servers.Installation:
    """The installation that matches best: same major version (with the catalogue's extensions first), else the newest
    in the wheel, else the newest of the machine. Raises ServerMissing when there is none."""
    bundled, local = servers.embedded(), servers.local()
    major = catalog.server_version // 10000
    needs_contrib = bool(set(catalog.extensions) - {"plpgsql"})
    matching = [i for i in ([*local, *bundled] if needs_contrib else [*bundled, *local]) if i.major == major]
    for installation in (*matching, *bundled, *local):
        return installation
    raise ServerMissing("no PostgreSQL server for the statistics twin on this machine", servers.INSTALL_HINT)


@contextmanager
def open_site(
    catalog: Catalog, *, dsn: str | None = None, installation: servers.Installation | None = None
) -> Iterator[Site]:
    """A place for the twin of `catalog`, removed at the end.

    Raises ServerMissing (no server can be started), ConnectionFailed (`dsn` is no superuser's or its files are elsewhere).
    """
    if dsn is None:
        with (
            servers.start(installation or choose(catalog), SETTINGS) as server,
            _database(server.dsn(), catalog, server.installation.label) as site,
        ):
            yield site
    else:
        try:
            with _database(dsn, catalog, "") as site:
                yield site
        except psycopg.OperationalError as error:
            raise failure(error, dsn) from None


@contextmanager
def _database(dsn: str, catalog: Catalog, label: str) -> Iterator[Site]:
    """Role and database for the time of the context."""
    owner = OWNER if label else f"{OWNER}_{os.getpid()}"
    with psycopg.connect(dsn, autocommit=True, application_name="advisor") as admin:
        version, directory, writable = _inspect(admin)
        password = secrets.token_hex(16)
        role, name = sql.Identifier(owner), sql.Identifier(owner)
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
        try:
            _create_database(admin, owner, catalog.collation)
            yield Site(
                make_conninfo(dsn, dbname=owner),
                make_conninfo(dsn, dbname=owner, user=owner, password=password),
                owner,
                directory,
                version,
                label or f"PostgreSQL {version // 10000}.{version % 10000} (given)",
                writable,
            )
        finally:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            admin.execute(sql.SQL("DROP ROLE {}").format(role))


def _inspect(admin: Connection) -> tuple[int, Path, bool]:
    row = admin.execute(
        "/* advisor */ SELECT current_setting('server_version_num')::int, current_setting('is_superuser'),"
        " current_setting('data_checksums') = 'off' AND current_setting('wal_level') <> 'minimal', current_setting('block_size'),"
        " CASE WHEN current_setting('is_superuser') = 'on' THEN current_setting('data_directory') END"
    ).fetchone()
    version, superuser, writable, block, directory = row or (0, "off", False, "0", None)
    hint = "Name a superuser of a server on this machine whose data directory you may write, or leave the option out."
    if superuser != "on":
        raise ConnectionFailed("the server for the twin must be given as a superuser", hint)
    if block != "8192" or not directory or not os.access(Path(directory) / "base", os.W_OK | os.X_OK):
        raise ConnectionFailed("the files of the server for the twin cannot be changed from here", hint)
    return int(version), Path(directory), bool(writable)


def _create_database(admin: Connection, owner: str, collation: str) -> None:
    """With production's default collation where this server knows it: the order of text decides ranges and LIKE."""
    provider, _, locale = collation.partition(":")
    plain = sql.SQL("CREATE DATABASE {0} OWNER {0} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(owner))
    wanted = {
        "libc": sql.SQL(" LC_COLLATE {0} LC_CTYPE {0}"),
        "icu": sql.SQL(" LOCALE_PROVIDER icu ICU_LOCALE {0}"),
        "builtin": sql.SQL(" LOCALE_PROVIDER builtin BUILTIN_LOCALE {0}"),
    }.get(provider)
    if wanted and locale:
        try:
            admin.execute(plain + wanted.format(sql.Literal(locale)))
            return
        except psycopg.Error:  # the locale is not installed here: `build` compares and says so
            pass
    admin.execute(plain)
