"""The view on a live server. The embedded servers come without contrib, so a table of the same columns stands for the view."""

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from advisor.errors import ConnectionFailed, InputError
from advisor.reading import read_workload
from advisor.sources.base import Tally
from advisor.sources.pg_stat_statements_live import pg_stat_statements_events

pytestmark = pytest.mark.server

STAND_IN = """
CREATE SCHEMA "Odd Schema";
CREATE TABLE "Odd Schema".pg_stat_statements AS
SELECT r.oid AS userid, d.oid AS dbid, s.* FROM pg_database d, pg_roles r, (VALUES
  (1, 'SELECT * FROM t WHERE a = $1', 7, 70.5::float8, 14), (2, 'VACUUM', 1, 900, 0), (3, '<insufficient privilege>', 2, 5, 0),
  (4, '/* advisor */ SELECT 1', 2, 5, 0)) s(queryid, query, calls, total_exec_time, rows)
WHERE d.datname IN (current_database(), 'postgres') AND r.rolname = 'postgres';
SET allow_system_table_mods = on;
INSERT INTO pg_extension SELECT 99999, 'pg_stat_statements', r.oid, n.oid, true, '1.12', NULL, NULL
FROM pg_roles r, pg_namespace n WHERE r.rolname = 'postgres' AND n.nspname = 'Odd Schema';
"""


def test_the_statements_of_this_database_are_read_and_the_rest_is_counted(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(STAND_IN)
    tally = Tally("live", "pg_stat_statements")
    (event,) = pg_stat_statements_events(database, tally)
    assert (event.text, event.calls, event.duration_ms, event.rows) == ("SELECT * FROM t WHERE a = $1", 7, 70.5, 14)
    assert event.user == "postgres"
    assert event.database in database
    assert tally.executions == 7
    assert sum(skip.count for skip in tally.skips()) == 3


def test_a_role_that_sees_no_texts_is_told_which_grant_it_lacks(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(STAND_IN)
        connection.execute("UPDATE \"Odd Schema\".pg_stat_statements SET query = '<insufficient privilege>'")
    with pytest.raises(ConnectionFailed) as raised:
        list(pg_stat_statements_events(database))
    assert "pg_read_all_stats" in raised.value.hint


def test_the_live_view_is_a_source_that_counts_each_call_once(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(STAND_IN)
    workload = read_workload([url(database)])
    assert [(shape.text, shape.calls) for shape in workload.shapes] == [("select * from t where a = ?", 7)]
    assert [source.executions for source in workload.sources] == [7]


def test_a_view_without_any_statement_of_an_application_is_an_error(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(STAND_IN)
        connection.execute('DELETE FROM "Odd Schema".pg_stat_statements WHERE queryid = 1')
    with pytest.raises(InputError, match=r"shows no statement: .*utility statement"):
        read_workload([url(database)])


def url(dsn: str) -> str:
    """The connection string of the fixture as a URL, which is how a live source is named."""
    words = conninfo_to_dict(dsn)
    return f"postgresql://{words['user']}@/{words['dbname']}?host={words['host']}&port={words['port']}"


def test_a_missing_extension_is_an_error_that_says_how_to_install_it(database: str) -> None:
    with pytest.raises(ConnectionFailed) as raised:
        list(pg_stat_statements_events(database))
    assert "CREATE EXTENSION" in raised.value.hint


def test_a_server_that_is_not_there_is_an_error(database: str) -> None:
    with pytest.raises(ConnectionFailed):
        list(pg_stat_statements_events(database.replace("port=5432", "port=1")))
