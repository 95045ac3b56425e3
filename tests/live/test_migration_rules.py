"""What `[live]` of a migration rule claims, shown by a real server: the lock, the refusal, the INVALID index that a rerun hides."""

from collections.abc import Sequence

import psycopg
import pytest

from advisor.engines.postgres.ddl import parse_script
from advisor.engines.postgres.ddl.statements import MetaCommand
from advisor.rules import default_rules
from tests.rules.migration_examples import Example, example_id, examples

INVALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
LOCKS = "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 't'::regclass"


def _live(example: Example) -> dict[str, str]:
    return default_rules()[example.rule].live


def _having(key: str) -> list[Example]:
    return [e for e in examples() if e.stem == "bad" and key in _live(e)]


def _refused() -> list[Example]:
    return [e for e in examples() if f"{e.stem}_fails_with" in _live(e)]


def _good() -> list[Example]:
    return [e for e in examples() if e.stem == "good" and _live(e) and "good" not in _live(e)]


def _connect(database: str, example: Example) -> "psycopg.Connection[tuple[object, ...]]":
    connection = psycopg.connect(database, autocommit=True)
    assert example.schema
    connection.execute(example.schema.read_text())
    return connection


def _send(connection: "psycopg.Connection[tuple[object, ...]]", text: str) -> None:
    """As psql does: one statement at a time, and for \\gexec every value of the result as a statement."""
    for statement in parse_script(text):
        if isinstance(statement, MetaCommand):
            continue
        cursor = connection.execute(statement.text)
        if statement.terminator == r"\gexec":
            rows: Sequence[tuple[object, ...]] = cursor.fetchall()
            for value in [str(value) for row in rows for value in row]:
                connection.execute(value)


def _run(connection: "psycopg.Connection[tuple[object, ...]]", example: Example) -> None:
    if _live(example).get("sent_as") == "one query":
        connection.execute(example.text)
    else:
        _send(connection, example.text)


@pytest.mark.parametrize("example", _having("bad_takes_lock"), ids=example_id)
def test_it_takes_the_lock(example: Example, database: str) -> None:
    with _connect(database, example) as connection, connection.transaction(force_rollback=True):
        connection.execute(example.text)
        assert (_live(example)["bad_takes_lock"],) in connection.execute(LOCKS).fetchall()


@pytest.mark.parametrize("example", _refused(), ids=example_id)
def test_the_server_refuses_it(example: Example, database: str) -> None:
    with _connect(database, example) as connection, pytest.raises(psycopg.Error) as caught:
        _run(connection, example)
    assert caught.value.sqlstate == _live(example)[f"{example.stem}_fails_with"]


@pytest.mark.parametrize("example", _having("bad_warns"), ids=example_id)
def test_the_server_only_warns(example: Example, database: str) -> None:
    codes: list[str | None] = []
    with _connect(database, example) as connection:
        connection.add_notice_handler(lambda notice: codes.append(notice.sqlstate))
        _send(connection, example.text)
    assert _live(example)["bad_warns"] in codes


@pytest.mark.parametrize("example", _having("bad_leaves"), ids=example_id)
def test_the_index_is_there_under_another_name(example: Example, database: str) -> None:
    with _connect(database, example) as connection:
        connection.execute(parse_script(example.text)[0].text)
        assert connection.execute(INVALID, [_live(example)["bad_leaves"]]).fetchone() == (True,)


@pytest.mark.parametrize("example", _having("bad_leaves_no_index"), ids=example_id)
def test_success_is_reported_and_there_is_no_index(example: Example, database: str) -> None:
    with _connect(database, example) as connection:
        connection.execute(parse_script(example.text)[0].text)
        assert connection.execute(INVALID, [_live(example)["bad_leaves_no_index"]]).fetchone() is None


@pytest.mark.parametrize("example", _having("bad_twice_leaves"), ids=example_id)
def test_a_second_run_builds_a_second_index(example: Example, database: str) -> None:
    with _connect(database, example) as connection:
        _send(connection, example.text)
        _send(connection, example.text)
        assert connection.execute(INVALID, [_live(example)["bad_twice_leaves"]]).fetchone() == (True,)


@pytest.mark.parametrize("example", _having("bad_hides_invalid"), ids=example_id)
def test_a_rerun_reports_success_over_an_invalid_index_and_the_good_file_heals_it(
    example: Example, database: str
) -> None:
    index = _live(example)["bad_hides_invalid"]
    good = next(e for e in examples() if e.rule == example.rule and e.stem == "good")
    with _connect(database, example) as connection, psycopg.connect(database) as writer:
        writer.execute("INSERT INTO t (id) VALUES (1)")
        connection.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            _send(connection, example.text)
        writer.rollback()
        _send(connection, example.text)
        assert connection.execute(INVALID, [index]).fetchone() == (False,)
        _send(connection, good.text)
        assert connection.execute(INVALID, [index]).fetchone() == (True,)


@pytest.mark.parametrize("example", _good(), ids=example_id)
def test_the_good_file_runs_and_leaves_only_valid_indexes(example: Example, database: str) -> None:
    with _connect(database, example) as connection:
        _run(connection, example)
        assert connection.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone() == (0,)
