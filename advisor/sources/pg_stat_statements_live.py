"""pg_stat_statements of a running server.

Apart from `pg_stat_statements`, which every reading of a file loads: a driver costs more time to load than a small log to read.
"""

from collections.abc import Iterator

from psycopg import errors

from advisor.engines.postgres.connect import connect, fetch
from advisor.errors import ConnectionFailed
from advisor.model.event import Event
from advisor.sources.base import Tally
from advisor.sources.pg_stat_statements import FORMAT, HIDDEN, OWN, row_events

INSTALLED = """/* advisor */
SELECT set_config('search_path', quote_ident(n.nspname), true)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'
"""
"""Also makes the view's schema the one that is searched: Supabase and others keep extensions in a schema of their own."""
ROWS = """/* advisor */
SELECT s.query, s.calls, s.total_exec_time, s.rows, d.datname, r.rolname
FROM pg_stat_statements s LEFT JOIN pg_database d ON d.oid = s.dbid LEFT JOIN pg_roles r ON r.oid = s.userid
WHERE d.datname = current_database() ORDER BY s.total_exec_time DESC, s.queryid
"""
INSTALL = (
    "Put pg_stat_statements into shared_preload_libraries, restart the server, and run "
    "`CREATE EXTENSION pg_stat_statements` in this database; or give a log file instead."
)


def pg_stat_statements_events(dsn: str, tally: Tally | None = None) -> Iterator[Event]:
    """One event a row of the view, for the database of `dsn`, slowest in total first.

    Reads in a READ ONLY transaction. ConnectionFailed when the extension is missing or not loaded, or shows this role no texts.
    """
    tally = tally or Tally("pg_stat_statements", FORMAT.name)
    with connect(dsn) as connection:
        if not fetch(connection, INSTALLED):
            raise ConnectionFailed("pg_stat_statements is not installed in this database", INSTALL)
        try:
            rows = fetch(connection, ROWS)
        except errors.ObjectNotInPrerequisiteState as error:
            raise ConnectionFailed("pg_stat_statements is not in shared_preload_libraries", INSTALL) from error
    seen = [row for row in rows if OWN not in str(row["query"])]
    if seen and all(row["query"] == HIDDEN for row in seen):
        hint = "Run `GRANT pg_read_all_stats TO` this role, or connect as a role that has it."
        raise ConnectionFailed("this role may not see the statements of others in pg_stat_statements", hint)
    for event in row_events(enumerate(rows, 1), tally):
        tally.executions += event.calls
        yield event
