"""Recording: a real server that writes down what a sample application does to it, and the evidence it leaves.

Used only by `regenerate.py`. The server's log is written in its three formats at once, so that the same traffic can be
read through each; the catalogue snapshot is taken from the loaded database.
"""

import gzip
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from advisor.engines.postgres import servers
from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.catalog.snapshot import write_snapshot

HERE = Path(__file__).parent
LOG_NAME = "postgresql"
LOG_SETTINGS = {
    "logging_collector": "on",
    "log_destination": "stderr,csvlog,jsonlog",
    "log_directory": "log",
    "log_filename": "loading.log",
    "log_rotation_size": "0",
    "log_disconnections": "on",
    "log_lock_waits": "on",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


@contextmanager
def loaded_server(
    system: str, installation: servers.Installation, prefix: str, settings: dict[str, str]
) -> Iterator[servers.Server]:
    """A server with the sample's schema, data and roles in a database of its name; what comes after is logged in full."""
    with servers.start(installation, {**LOG_SETTINGS, "log_line_prefix": prefix, **settings}) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {system}")
        with psycopg.connect(server.dsn(system), autocommit=True) as connection:
            # VACUUM marks no page all-visible whose inserting transaction is not on disk yet.
            connection.execute("SET synchronous_commit = on")
            for name in ("schema.sql", "data.sql", "roles.sql"):
                connection.execute((HERE / system / name).read_bytes())
            connection.execute("VACUUM (ANALYZE)")
            connection.execute(f"ALTER DATABASE {system} SET log_min_duration_statement = 0")
            connection.execute(f"ALTER SYSTEM SET log_filename = '{LOG_NAME}.log'")
            connection.execute("SELECT pg_reload_conf(), pg_sleep(0.5)")
            connection.execute("SELECT pg_rotate_logfile(), pg_sleep(0.5)")
        yield server


def collect_logs(server: servers.Server, system: str) -> None:
    """Compress the three logs into the sample's folder."""
    time.sleep(1)  # the logging collector writes in its own time
    for suffix in ("log", "csv", "json"):
        raw = (server.data_directory / "log" / f"{LOG_NAME}.{suffix}").read_bytes()
        write_compressed(HERE / system / f"{LOG_NAME}.{suffix}.gz", raw)


def take_snapshot(server: servers.Server, system: str) -> None:
    """Write the catalogue of the loaded database, statistics included: the data is invented, so values may be kept."""
    path = HERE / system / "catalog.json.gz"
    path.unlink(missing_ok=True)
    write_snapshot(load_catalog(server.dsn(system)), path)


def write_compressed(path: Path, raw: bytes) -> None:
    """gzip without name and time: equal contents are equal files."""
    path.write_bytes(gzip.compress(raw, 9, mtime=0))
    print(f"{path.relative_to(HERE)}: {path.stat().st_size / 1000:.0f} kB of {len(raw) / 1000:.0f} kB")


def has_extension(installation: servers.Installation, name: str) -> bool:
    """Whether this installation can create the extension: the wheel's servers have none of the contrib modules."""
    program = installation.bin / "pg_config"
    if not program.exists():
        return False
    done = subprocess.run([program, "--sharedir"], capture_output=True, text=True, check=True)
    return (Path(done.stdout.strip()) / "extension" / f"{name}.control").exists()


def export_statements(server: servers.Server, system: str) -> None:
    """What `\\copy (SELECT * FROM pg_stat_statements) TO ... CSV HEADER` gives, for this database only."""
    with psycopg.connect(server.dsn(system), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("SET log_min_duration_statement = -1")
        query = (
            "COPY (SELECT s.* FROM extensions.pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
            "WHERE d.datname = current_database() ORDER BY s.total_exec_time DESC, s.queryid) TO STDOUT (FORMAT csv, HEADER)"
        )
        with cursor.copy(query) as copy:
            raw = b"".join(bytes(chunk) for chunk in copy)
    write_compressed(HERE / system / "pg_stat_statements.csv.gz", raw)
