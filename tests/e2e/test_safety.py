"""Statements from a log are never executed, whatever they say; at most they are explained."""

import json
from pathlib import Path

import psycopg
import pytest

from advisor.engines.postgres import servers
from tests.e2e import program

pytestmark = pytest.mark.server

SCHEMA = """
CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, touched int NOT NULL DEFAULT 0);
INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 5000) AS n;
CREATE TABLE evidence (what text);
CREATE FUNCTION leave_trace(n int) RETURNS int LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN INSERT INTO evidence VALUES ('called'); RETURN n; END $$;
CREATE FUNCTION leave_trace_unseen(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN PERFORM nextval('trace'); RETURN n; END $$;
CREATE SEQUENCE trace;
ANALYZE;
"""
HARMLESS = "SELECT id FROM users WHERE name = 'user 7'"
PREFIX = "2026-01-05 10:00:0{second}.000 UTC [4242] app@shop LOG:  duration: 12.000 ms  "


def _hostile(file: Path) -> list[str]:
    return [
        "SELECT 1; DROP TABLE users",
        "SELECT id FROM users WHERE id = leave_trace(1)",
        "SELECT id FROM users WHERE id = leave_trace_unseen(1)",
        "WITH gone AS (DELETE FROM users RETURNING id) SELECT count(*) FROM gone",
        f"COPY users FROM PROGRAM 'touch {file}'",
        f"COPY (SELECT 1) TO PROGRAM 'touch {file}'",
        "EXPLAIN ANALYZE DELETE FROM users",
        "COMMIT; DELETE FROM users; BEGIN",
        "UPDATE users SET touched = 1",
        "DO $$ BEGIN DELETE FROM users; END $$",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
        "SELECT id FROM users WHERE name = 'x' ) ; DROP TABLE users; --",
        "PREPARE p AS DELETE FROM users",
        "CREATE TABLE made AS SELECT 1",
    ]


def _log(path: Path, statements: list[str]) -> Path:
    lines = []
    for number, statement in enumerate(statements):
        head = PREFIX.format(second=number % 10)
        lines.append(f"{head}statement: {statement}")
        lines.append(f"{head}execute <unnamed>: {statement}")
    path.write_text("\n".join([*lines, ""]))
    return path


def _state(dsn: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM users), (SELECT sum(touched) FROM users), (SELECT count(*) FROM evidence), "
            "(SELECT last_value || '/' || is_called FROM trace), to_regclass('made'), (SELECT count(*) FROM pg_prepared_statements)"
        ).fetchall()


def test_nothing_from_a_log_is_executed(database: str, pg18: servers.Server, tmp_path: Path) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SCHEMA)
    before = _state(database)
    trap = tmp_path / "made-by-copy"
    log = _log(tmp_path / "hostile.log", [HARMLESS, *_hostile(trap)])
    done = program.advisor(
        "analyze", log, "--postgres", database, "--format", "json", "--fail-on", "never", "--show-literals"
    )
    assert done.returncode == 0, done.stderr
    assert _state(database) == before
    assert not trap.exists()
    report = json.loads(done.stdout)
    planned = {" ".join(shape["text"].upper().split()) for shape in report["shapes"] if shape["cost"] is not None}
    assert any(text.startswith("SELECT ID FROM USERS WHERE NAME =") for text in planned), "the harmless one is planned"
    assert not any(word in text for text in planned for word in ("DROP", "COPY"))


def test_what_was_refused_is_listed_with_its_reason(database: str, tmp_path: Path) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SCHEMA)
    log = _log(tmp_path / "hostile.log", [HARMLESS, *_hostile(tmp_path / "trap")])
    done = program.advisor("analyze", log, "--postgres", database, "--format", "json", "--fail-on", "never")
    report = json.loads(done.stdout)
    reasons = {shape["text"].upper(): shape["not_planned"] for shape in report["shapes"] if shape["cost"] is None}
    assert [text for text in reasons if "DROP" in text]
    assert [text for text in reasons if "COPY" in text]
    assert [text for text in reasons if not reasons[text]] == []
    assert "multiple commands" in reasons["SELECT ?; DROP TABLE USERS"]
