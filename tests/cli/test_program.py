"""The program as a whole: help, errors, exit codes."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from advisor import __version__
from advisor.cli.app import app
from tests.support import run

COMMANDS = [
    "ack",
    "analyze",
    "baseline",
    "check",
    "demo",
    "diff",
    "digest",
    "doctor",
    "explain",
    "lint",
    "migrate",
    "record",
    "review",
    "rules",
    "schema",
    "snapshot",
]


def test_every_command_of_the_contract_exists_and_no_other() -> None:
    names = [command.name for command in app.registered_commands] + [group.name for group in app.registered_groups]
    assert sorted(str(name) for name in names) == COMMANDS


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "rules"])
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"advisor {name}" in result.stdout


def test_version() -> None:
    assert run("--version").stdout == f"advisor {__version__}\n"


def test_an_error_is_two_lines_and_exit_code_2() -> None:
    result = run("rules", "show", "NOPE")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "error: there is no rule 'NOPE'",
        "  next: `advisor rules list` prints every rule.",
    ]


def test_debug_adds_the_traceback() -> None:
    assert "Traceback" in run("--debug", "rules", "show", "NOPE").stderr


def test_the_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(run("schema").stdout))


def test_python_dash_m_is_the_same_program() -> None:
    done = subprocess.run([sys.executable, "-m", "advisor", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"advisor {__version__}\n"


def test_doctor_names_the_servers_that_can_carry_the_twin() -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert "PostgreSQL 18" in result.stdout


def test_record_keeps_a_log_and_passes_the_exit_code_on(tmp_path: Path) -> None:
    script = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT 41 + 1').close(); exit(3)"
    result = run("record", "-o", tmp_path / "log.json", "--", sys.executable, "-c", script)
    assert result.exit_code == 3
    assert "SELECT 41 + 1" in (tmp_path / "log.json").read_text()


def test_record_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text("mine")
    assert run("record", "-o", tmp_path / "log.json", "--", "true").exit_code == 2
    assert (tmp_path / "log.json").read_text() == "mine"


def test_ended_from_outside_it_leaves_no_server_behind(tmp_path: Path) -> None:
    script = "import os, time; print(os.environ['PGHOST'], flush=True); time.sleep(60)"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "advisor",
        "record",
        "-o",
        tmp_path / "log.json",
        "--",
        sys.executable,
        "-c",
        script,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        home = Path(process.stdout.readline().strip())
        assert home.is_dir()
        process.terminate()
        assert process.wait() == 128 + signal.SIGTERM
    assert not home.exists()
