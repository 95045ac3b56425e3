"""Connecting to a user's server: read-only, with time limits, and with errors that say what to do next.

Owns the one way in. What is asked there is the business of the callers; nothing they send can write.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from advisor.errors import ConnectionFailed, UsageError

CONNECT_SECONDS = 10
STATEMENT_TIMEOUT = "30s"
LOCK_TIMEOUT = "2s"

BEGIN = "/* advisor */ BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
LIMITS = """/* advisor */
SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),
       set_config('idle_in_transaction_session_timeout', '60s', true)
"""

Connection = psycopg.Connection[tuple[Any, ...]]
Rows = list[dict[str, Any]]

_HINTS: tuple[tuple[str, str], ...] = (
    (r"password authentication failed|no password supplied", "Check user and password (PGPASSWORD, ~/.pgpass)."),
    (r"database \S+ does not exist", "Check the database name at the end of the URL."),
    (r"role \S+ does not exist", "Check the user name in the URL."),
    (r"no pg_hba.conf entry", "Allow this user and address in pg_hba.conf, or add sslmode=require to the URL."),
    (r"refused|No such file|could not translate|resolve host", "Check host and port, and that the server is running."),
    (r"timeout|timed out", "Check host, port and firewall; a connection is given ten seconds."),
    (r"too many clients|remaining connection slots", "Try again later, or as a role with a reserved connection."),
    (r"SSL|certificate", "Check sslmode and sslrootcert in the URL."),
)


@contextmanager
def connect(dsn: str) -> Iterator[Connection]:
    """An open READ ONLY transaction (one consistent view) on the server of `dsn`, rolled back and closed at the end.

    Raises UsageError when `dsn` is no connection string, ConnectionFailed for everything the server or the network refuses.
    """
    try:
        with _open(dsn) as connection:
            # Settings are local to the transaction: behind a transaction pooler the next client must not inherit them.
            connection.execute(BEGIN)
            connection.execute(LIMITS, (STATEMENT_TIMEOUT, LOCK_TIMEOUT))
            yield connection
            connection.execute("ROLLBACK")
    except psycopg.Error as error:
        raise failure(error, dsn) from None


def fetch(connection: Connection, query: LiteralString, *parameters: object) -> Rows:
    """All rows of a constant query, as dictionaries."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, parameters or None).fetchall()


def failure(error: psycopg.Error, dsn: str) -> ConnectionFailed:
    """`error` as a ConnectionFailed: the server's first line without the password, and the next action."""
    text = str(error).strip() or type(error).__name__
    words = next((line for line in reversed(text.splitlines()) if "failed:" in line), text.splitlines()[0])
    for secret in _secrets(dsn):
        words = words.replace(secret, "***")
    if isinstance(error, errors.InsufficientPrivilege):
        hint = "Connect as a role that may read the catalogue: GRANT pg_monitor and pg_read_all_data to it."
    elif isinstance(error, (errors.QueryCanceled, errors.LockNotAvailable)):
        hint = "The server was too busy or a table was locked; try again at a quieter time or on a replica."
    else:
        hint = next((hint for pattern, hint in _HINTS if re.search(pattern, text)), "Check the connection URL.")
    return ConnectionFailed(f"PostgreSQL: {words}", hint)


def _open(dsn: str) -> Connection:
    try:
        conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        hint = "Write it as postgresql://user@host:5432/database or as `host=... dbname=...`."
        raise UsageError("this is no PostgreSQL connection string", hint) from None
    return psycopg.connect(
        dsn,
        autocommit=True,
        application_name="advisor",
        connect_timeout=CONNECT_SECONDS,
        prepare_threshold=None,
    )


def _secrets(dsn: str) -> list[str]:
    try:
        password = conninfo_to_dict(dsn).get("password")
    except psycopg.ProgrammingError:
        return [dsn]
    return [dsn, str(password)] if password else []
