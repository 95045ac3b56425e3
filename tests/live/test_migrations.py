"""Emitted migrations on real servers, run the way their runners run them: applied, verified, undone, healed, refused."""

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from advisor.emit import FORMATS, emit, plan_migrations
from advisor.engines.postgres.ddl import parse_script
from advisor.engines.postgres.render import create_index, qualified, quote_ident
from advisor.engines.postgres.servers import Server
from advisor.model.index import IndexKey, IndexSpec
from tests.emitted import HOSTILE, HOSTILE_STATEMENT, index_report

NAME = "orders_customer_id_created_at_idx"
DDL = f"CREATE INDEX CONCURRENTLY {NAME} ON public.orders (customer_id, created_at DESC) INCLUDE (total) WHERE state = 'open'"
SCHEMA = """
CREATE TABLE public.orders (id bigint PRIMARY KEY, junk text, customer_id int NOT NULL, state text, total numeric, created_at timestamptz);
ALTER TABLE public.orders DROP COLUMN junk;
INSERT INTO public.orders SELECT n, n % 500, 'open', n, now() FROM generate_series(1, 2000) n;
"""


@pytest.fixture(params=["pg18", "pg16"])
def shop(request: pytest.FixtureRequest) -> Iterator["Psql"]:
    """psql on a fresh database with the table `orders`, on the newest and on an older server."""
    server: Server = request.getfixturevalue(request.param)
    name = f"m{time.monotonic_ns():x}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        with psycopg.connect(server.dsn(name), autocommit=True) as setup:
            setup.execute(SCHEMA)
        yield Psql(server, name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class Psql:
    """One database, and files run in it by psql as the header of each file says."""

    def __init__(self, server: Server, database: str) -> None:
        self.dsn = server.dsn(database)
        self._program = server.installation.bin / "psql"

    def run(self, file: Path) -> "subprocess.CompletedProcess[str]":
        command = [str(self._program), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.dsn, "-f", str(file)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def ok(self, file: Path) -> None:
        done = self.run(file)
        assert done.returncode == 0, done.stderr

    def fails(self, file: Path) -> str:
        done = self.run(file)
        assert done.returncode == 3, f"{file.name} passed: {done.stderr}"
        return done.stderr

    def execute(self, *statements: str) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def index(self, name: str = NAME) -> tuple[bool, str] | None:
        """(valid, definition) of the index of that name in any schema; None when there is none."""
        query = "SELECT indisvalid, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON oid = indexrelid WHERE relname = %s"
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(query, (name,)).fetchone()
        return (bool(row[0]), str(row[1])) if row else None


def files(out: Path, ddl: str = DDL, format: str = "sql", name: str = NAME, **report: Any) -> dict[str, Path]:
    """Role -> file of the one emitted migration."""
    migrations = plan_migrations(index_report(ddl, name=name, **report), None)
    timestamp = "20260101120000" if FORMATS[format].numbering == "timestamp" else None
    paths = emit(migrations, FORMATS[format], out, timestamp=timestamp)
    return dict(zip(("up", "down", "verify"), paths, strict=True))


def test_a_migration_applies_verifies_undoes_and_applies_again(shop: Psql, tmp_path: Path) -> None:
    file = files(tmp_path)
    assert "does not exist" in shop.fails(file["verify"])
    for _ in range(2):
        shop.ok(file["up"])
        shop.ok(file["verify"])
        assert shop.index() is not None
        shop.ok(file["down"])
        assert shop.index() is None
    shop.ok(file["down"])


def test_applying_twice_changes_nothing(shop: Psql, tmp_path: Path) -> None:
    file = files(tmp_path)
    shop.ok(file["up"])
    before = shop.index()
    shop.ok(file["up"])
    assert shop.index() == before


def test_a_unique_build_that_meets_duplicates_leaves_an_invalid_index_and_heals_on_the_rerun(
    shop: Psql, tmp_path: Path
) -> None:
    file = files(
        tmp_path,
        "CREATE UNIQUE INDEX CONCURRENTLY orders_total_key ON public.orders (customer_id)",
        name="orders_total_key",
    )
    assert "duplicated" in shop.fails(file["up"])
    assert (shop.index("orders_total_key") or (None,))[0] is False
    assert "is INVALID" in shop.fails(file["verify"])
    shop.execute("UPDATE orders SET customer_id = id")
    shop.ok(file["up"])
    shop.ok(file["verify"])


def test_a_build_that_a_timeout_cancels_heals_on_the_rerun_where_if_not_exists_alone_reports_success(
    shop: Psql, tmp_path: Path
) -> None:
    file = files(tmp_path)
    naive = tmp_path / "naive.sql"
    naive.write_text(f"SET lock_timeout = '300ms';\n{DDL.replace('CONCURRENTLY', 'CONCURRENTLY IF NOT EXISTS')};\n")
    with psycopg.connect(shop.dsn) as old_transaction:
        old_transaction.execute("UPDATE orders SET total = 0 WHERE id = 1")
        assert "lock timeout" in shop.fails(naive)
        old_transaction.rollback()
    shop.ok(naive)  # "already exists, skipping"
    assert (shop.index() or (None,))[0] is False, "the trap: exit code 0 and no usable index"
    assert "is INVALID" in shop.fails(file["verify"])
    shop.ok(file["up"])
    shop.ok(file["verify"])
    assert (shop.index() or (None,))[0] is True


@pytest.mark.parametrize("setting", ["statement_timeout", "lock_timeout", "transaction_timeout"])
def test_timeouts_of_the_database_do_not_reach_the_build(shop: Psql, tmp_path: Path, setting: str) -> None:
    with psycopg.connect(shop.dsn, autocommit=True) as connection:
        if setting == "transaction_timeout" and connection.info.server_version < 170000:
            return  # the setting came with 17: nothing there can cut the build short
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET {setting} = '400ms'".encode())
    file = files(tmp_path)
    with psycopg.connect(shop.dsn) as blocker:
        blocker.execute("SET statement_timeout = 0")
        blocker.execute("SET transaction_timeout = 0") if setting == "transaction_timeout" else None
        blocker.execute("UPDATE orders SET total = 0 WHERE id = 1")
        release = threading.Timer(1.0, blocker.rollback)
        release.start()
        try:
            shop.ok(file["up"])
        finally:
            release.join()


@pytest.mark.parametrize(
    "other",
    [
        "(created_at, customer_id) INCLUDE (total) WHERE state = 'open'",
        "(customer_id, created_at) INCLUDE (total) WHERE state = 'open'",
        "(customer_id, created_at DESC) WHERE state = 'open'",
        "(customer_id, created_at DESC) INCLUDE (total)",
        "(customer_id, created_at DESC) INCLUDE (total) WHERE state = 'shut'",
        "(customer_id, created_at DESC NULLS LAST) INCLUDE (total) WHERE state = 'open'",
        "(customer_id, created_at DESC, total) WHERE state = 'open'",
        "(customer_id, created_at DESC) INCLUDE (total) WITH (fillfactor = 70) WHERE state = 'open'",
        "USING hash (customer_id)",
    ],
)
def test_another_definition_under_the_same_name_fails_loudly(shop: Psql, tmp_path: Path, other: str) -> None:
    shop.execute(f"CREATE INDEX {NAME} ON public.orders {other}")
    file = files(tmp_path)
    assert "has another definition" in shop.fails(file["up"])
    assert "has another definition" in shop.fails(file["verify"])


@pytest.mark.parametrize(
    ("wanted", "other"),
    [
        ("(state)", "(state text_pattern_ops)"),
        ("(state)", '(state COLLATE "POSIX")'),
        ("(lower(state))", "(upper(state))"),
        ("((total + 1), lower(state))", "((total + 2), lower(state))"),
    ],
)
def test_operator_class_collation_and_expression_belong_to_the_definition(
    shop: Psql, tmp_path: Path, wanted: str, other: str
) -> None:
    file = files(tmp_path, f"CREATE INDEX CONCURRENTLY {NAME} ON public.orders {wanted}")
    shop.execute(f"CREATE INDEX {NAME} ON public.orders {other}")
    assert "has another definition" in shop.fails(file["up"])
    shop.execute(f"DROP INDEX {NAME}")
    shop.ok(file["up"])
    shop.ok(file["verify"])


def test_the_same_definition_written_otherwise_is_accepted(shop: Psql, tmp_path: Path) -> None:
    shop.execute(
        f"CREATE INDEX {NAME} ON orders USING btree (customer_id ASC NULLS LAST, created_at DESC NULLS FIRST)"
        " INCLUDE (total) WHERE (((state)::text) = 'open'::text)"
    )
    shop.ok(files(tmp_path)["up"])


def test_the_same_definition_on_another_table_fails_loudly(shop: Psql, tmp_path: Path) -> None:
    shop.execute(
        "CREATE TABLE archive (LIKE orders)", DDL.replace("CONCURRENTLY ", "").replace("orders (", "archive (")
    )
    assert "has another definition" in shop.fails(files(tmp_path)["up"])


def test_a_table_that_has_the_name_fails_loudly(shop: Psql, tmp_path: Path) -> None:
    shop.execute(f"CREATE TABLE {NAME} (id int)")
    assert "Another kind of relation has that name" in shop.fails(files(tmp_path)["up"])


def test_an_invalid_index_of_that_name_on_another_table_is_left_alone(shop: Psql, tmp_path: Path) -> None:
    shop.execute("CREATE TABLE archive (a int)", "INSERT INTO archive VALUES (1), (1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        shop.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON archive (a)")
    assert "is INVALID" in shop.fails(files(tmp_path)["up"])
    assert "archive" in (shop.index() or (None, ""))[1]


def test_a_build_that_another_session_is_at_is_neither_dropped_nor_driven_into_a_deadlock(
    shop: Psql, tmp_path: Path
) -> None:
    file = files(tmp_path)
    with psycopg.connect(shop.dsn) as blocker:
        blocker.execute("UPDATE orders SET total = 0 WHERE id = 1")
        builder = threading.Thread(target=shop.execute, args=(DDL,))
        builder.start()
        while shop.index() is None:
            time.sleep(0.02)
        assert "another session is building an index on public.orders" in shop.fails(file["up"])
        blocker.rollback()
        builder.join()
    shop.ok(file["up"])
    shop.ok(file["verify"])


def test_names_and_statements_from_a_log_cannot_leave_their_place(shop: Psql, tmp_path: Path) -> None:
    column = 'cust"omer\n id;'
    spec = IndexSpec(
        HOSTILE, HOSTILE, (IndexKey(column),), predicate=f"{quote_ident(column)} > '$advisor$ '' \\! touch pwned'"
    )
    shop.execute(
        "CREATE TABLE y (id int)",
        f"CREATE SCHEMA {quote_ident(HOSTILE)}",
        f"CREATE TABLE {qualified(HOSTILE, HOSTILE)} ({quote_ident(column)} text)",
    )
    name = f"{HOSTILE} idx"
    file = files(
        tmp_path, create_index(spec, name), name=name, schema=HOSTILE, table=HOSTILE, statement=HOSTILE_STATEMENT
    )
    for role in ("up", "verify", "down", "up", "up", "verify"):
        shop.ok(file[role])
    assert (shop.index(name) or (None,))[0] is True
    shop.execute("SELECT FROM y")
    assert not list(tmp_path.glob("pwned"))


@pytest.mark.parametrize("table", ["pg_index", "pg_class"])
def test_a_table_named_like_a_catalogue_does_not_confuse_the_check(shop: Psql, tmp_path: Path, table: str) -> None:
    shop.execute(f"CREATE TABLE public.{table} (customer_id int)")
    file = files(tmp_path, f"CREATE INDEX CONCURRENTLY {NAME} ON public.{table} (customer_id)", table=table)
    shop.ok(file["up"])
    shop.ok(file["verify"])


def test_psql_in_another_encoding_reads_the_file_as_it_is(
    shop: Psql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    file = files(tmp_path, 'CREATE INDEX CONCURRENTLY "größe" ON public.orders (total)', name="größe")
    shop.ok(file["up"])
    assert shop.index("größe") is not None


def run_as_supabase(dsn: str, migration: Path) -> None:
    """One statement at a time, each by itself, as the Supabase CLI sends what cannot run in a pipeline."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in parse_script(migration.read_text()):
            connection.execute(statement.text.encode())


def test_a_supabase_migration_applies_verifies_and_undoes(shop: Psql, tmp_path: Path) -> None:
    file = files(tmp_path, format="supabase")
    for _ in range(2):
        run_as_supabase(shop.dsn, file["up"])
        shop.ok(file["verify"])
        shop.ok(file["down"])
        assert shop.index() is None


def test_a_supabase_migration_that_failed_half_way_fails_again_until_it_is_undone(shop: Psql, tmp_path: Path) -> None:
    ddl = "CREATE UNIQUE INDEX CONCURRENTLY orders_customer_key ON public.orders (customer_id)"
    file = files(tmp_path, ddl, format="supabase", name="orders_customer_key")
    with pytest.raises(psycopg.errors.UniqueViolation):
        run_as_supabase(shop.dsn, file["up"])
    assert "is INVALID" in shop.fails(file["verify"])
    shop.execute("UPDATE orders SET customer_id = id")
    with pytest.raises(psycopg.errors.DuplicateTable):
        run_as_supabase(shop.dsn, file["up"])
    shop.ok(file["down"])
    run_as_supabase(shop.dsn, file["up"])
    shop.ok(file["verify"])
