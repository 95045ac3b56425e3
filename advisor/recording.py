"""Run a command against a private PostgreSQL that logs every statement, and keep the log for `advisor analyze`."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from advisor.engines.postgres import servers
from advisor.errors import InputError, ServerMissing, UsageError

LOGGING = {
    "logging_collector": "on",
    "log_destination": "jsonlog",
    "log_directory": "log",
    "log_filename": "record.log",
    "log_rotation_size": "0",
    "log_min_duration_statement": "0",
    "log_parameter_max_length": "-1",
    "log_error_verbosity": "default",
    "max_connections": "200",
}


def record(command: Sequence[str], output: Path, *, major: int | None = None) -> int:
    """Run `command` with PG* variables and DATABASE_URL set to the private server; copy the JSON log to `output`.

    Returns the command's exit code. Raises UsageError when the command cannot be started, ServerMissing without a server,
    InputError when the log cannot be written.
    """
    if output.exists():
        raise InputError(f"{output} exists already", "Choose another name with -o, or remove it first.")
    found = [i for i in (*servers.embedded(), *servers.local()) if i.major >= 15 and major in (None, i.major)]
    if not found:
        raise ServerMissing("no PostgreSQL server that can record (15 or later)", servers.INSTALL_HINT)
    with servers.start(found[0], LOGGING) as server:
        environment = {
            **os.environ,
            "PGHOST": str(server.home),
            "PGPORT": "5432",
            "PGUSER": "postgres",
            "PGDATABASE": "postgres",
            "DATABASE_URL": server.url(),
        }
        try:
            code = subprocess.run(command, env=environment).returncode
        except OSError as error:
            raise UsageError(f"cannot run {command[0]}: {error.strerror}", "Give the command after `--`.") from error
        try:
            shutil.copyfile(server.data_directory / "log" / "record.json", output)
        except OSError as error:
            raise InputError(f"cannot write {output}: {error.strerror}", "Choose a writable path with -o.") from error
    return code
