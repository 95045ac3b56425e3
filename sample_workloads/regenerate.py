"""Regenerate the evidence of the samples: `python -m sample_workloads.regenerate [identity] [billing] [storefront]`.

For each system it starts a real server, loads schema and data, lets the application work, and writes the logs, the catalogue
snapshot and (storefront) the export of pg_stat_statements into the sample's folder. About a minute each.
Nothing outside the folder is touched.
"""

import sys

import psycopg

from advisor.engines.postgres import servers
from sample_workloads import recording
from sample_workloads.billing import app as billing_app
from sample_workloads.identity import app as identity_app
from sample_workloads.storefront import app as storefront_app

SUPABASE_PREFIX = "%h %m [%p] %q%u@%d "


def identity() -> None:
    """Server log in three formats, with a prefix that names the service, and the snapshot."""
    with recording.loaded_server("identity", servers.embedded()[0], "%m [%p] %q%u@%d/%a ", {}) as server:
        identity_app.main(f"{server.dsn('identity')} user=identity_app")
        recording.collect_logs(server, "identity")
        recording.take_snapshot(server, "identity")


def billing() -> None:
    """The application's console log, before the fix and after it, and the snapshot; no server log."""
    with recording.loaded_server("billing", servers.embedded()[0], "%m [%p] ", {}) as server:
        dsn = f"{server.dsn('billing')} user=billing_app"
        for name, fixed in (("console", False), ("console-fixed", True)):
            text = billing_app.main(dsn, fixed=fixed)
            recording.write_compressed(recording.HERE / "billing" / f"{name}.log.gz", text.encode())
        recording.take_snapshot(server, "billing")


def storefront() -> None:
    """Server log in three formats with Supabase's prefix, pg_stat_statements as CSV, and the snapshot."""
    installation = next((i for i in servers.local() if recording.has_extension(i, "pg_stat_statements")), None)
    if installation is None:
        print(
            "storefront: no local PostgreSQL has pg_stat_statements (install postgresql-contrib); nothing was written"
        )
        return
    settings = {"shared_preload_libraries": "pg_stat_statements", "compute_query_id": "on"}
    with recording.loaded_server("storefront", installation, SUPABASE_PREFIX, settings) as server:
        with psycopg.connect(server.dsn("storefront"), autocommit=True) as connection:
            connection.execute("SET log_min_duration_statement = -1")
            connection.execute("CREATE SCHEMA extensions")
            connection.execute("CREATE EXTENSION pg_stat_statements SCHEMA extensions")
            connection.execute("SELECT extensions.pg_stat_statements_reset()")
        storefront_app.main(f"{server.dsn('storefront')} user=authenticator")
        recording.collect_logs(server, "storefront")
        recording.export_statements(server, "storefront")
        recording.take_snapshot(server, "storefront")


SYSTEMS = {"identity": identity, "billing": billing, "storefront": storefront}


def main(names: list[str]) -> None:
    """Regenerate the named systems, all when none is named."""
    for name in names or SYSTEMS:
        SYSTEMS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
