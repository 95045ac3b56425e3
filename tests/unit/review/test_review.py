"""What the review says about whole scripts: what is in force where, what is waived, what stays silent."""

import pytest

from advisor.errors import UsageError
from advisor.model.catalog import Catalog, Column, Table
from advisor.model.finding import Finding
from advisor.review import Script, review, role_of, sends_of, silent_rules
from advisor.rules import default_rules

CHECK = "DO $$ BEGIN IF NOT (SELECT indisvalid FROM pg_index WHERE indexrelid = '{}'::regclass) THEN RAISE EXCEPTION 'x'; END IF; END $$;"


def look(text: str, *, path: str = "m.sql", sends: str = "statements") -> list[Finding]:
    return review([Script(path=path, text=text, sends=sends, role=role_of(path))], default_rules())


def ids(text: str, **options: str) -> list[str]:
    return [finding.rule for finding in look(text, **options) if not finding.waived]


def test_the_advice_to_set_timeouts_and_if_not_exists_is_a_trap() -> None:
    text = "SET lock_timeout = '500ms';\nSET statement_timeout = '60ms';\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);"
    assert ids(text) == ["MIG111", "MIG111", "MIG301"]


@pytest.mark.parametrize(
    ("before", "fires"),
    [
        ("SET statement_timeout = '5s';", True),
        ("SET statement_timeout = 5000;", True),
        ("SET statement_timeout = 0;", False),
        ("SET statement_timeout = '0s';", False),
        ("SET statement_timeout = '5s'; RESET statement_timeout;", False),
        ("SET statement_timeout = '5s'; RESET ALL;", False),
        ("SET statement_timeout = '5s'; SET statement_timeout TO DEFAULT;", False),
        ("BEGIN; SET LOCAL statement_timeout = '5s'; COMMIT;", False),
        ("SET work_mem = '1GB';", False),
    ],
)
def test_a_timeout_counts_while_it_is_in_force(before: str, fires: bool) -> None:
    found = ids(f"{before} CREATE INDEX CONCURRENTLY i ON t (a); {CHECK.format('i')}")
    assert ("MIG111" in found) is fires


def test_a_table_made_in_the_same_file_has_no_writers() -> None:
    assert ids("CREATE TABLE IF NOT EXISTS t (a int); CREATE INDEX i ON t (a); DROP INDEX i;") == []
    assert ids("CREATE TABLE s.t (a int); CREATE INDEX i ON other.t (a);") == ["MIG101"]


def test_set_local_works_where_the_runner_opens_a_transaction() -> None:
    text = "SET LOCAL lock_timeout = '5s'; ALTER TABLE t ADD COLUMN x int;"
    assert ids(text, sends="transaction") == []
    assert ids(text, sends="statements") == ["MIG112", "MIG110"]


def test_only_actions_that_block_traffic_need_a_lock_timeout() -> None:
    light = "ALTER TABLE t VALIDATE CONSTRAINT c; ALTER TABLE t ALTER COLUMN a SET STATISTICS 500; ALTER TABLE t SET (fillfactor = 90);"
    assert ids(light) == []
    assert ids("ALTER TABLE t VALIDATE CONSTRAINT c, ADD COLUMN x int;") == ["MIG110"]


def test_what_the_scripts_themselves_add_is_known() -> None:
    catalog = Catalog(tables=(Table(schema="public", name="t", columns=(Column(name="a", type="integer"),)),))
    text = (
        "SET lock_timeout = '5s'; ALTER TABLE t ADD COLUMN IF NOT EXISTS x int, ADD y int; ALTER TABLE t RENAME COLUMN a TO z; "
        'CREATE TABLE n (k int); ALTER TABLE n RENAME TO "N"; SET lock_timeout = 0; '
    )
    text += "".join(f"CREATE INDEX CONCURRENTLY i{c} ON t ({c}); {CHECK.format('i' + c)} " for c in "xyzw")
    found = review([Script(path="m.sql", text=text, sends="statements")], default_rules(), catalog=catalog)
    assert [f.message for f in found if f.rule == "MIG518"] == ["t has no column w"]


def test_an_unknown_runner_makes_a_warning_of_what_a_known_one_makes_an_error() -> None:
    text = "DROP INDEX CONCURRENTLY i; ANALYZE t;"
    severities = {sends: [f.severity for f in look(text, sends=sends)] for sends in ("", "one-query", "statements")}
    assert severities == {"": ["warning"], "one-query": ["error"], "statements": []}


def test_psql_commands_say_who_runs_the_file() -> None:
    assert ids("\\set ON_ERROR_STOP on\nDROP INDEX CONCURRENTLY i; ANALYZE t;", sends="") == []


def test_a_check_of_another_index_is_no_check() -> None:
    text = (
        f"CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY IF NOT EXISTS j ON t (b); {CHECK.format('j')}"
    )
    assert ids(text) == ["MIG302"]


def test_a_check_that_names_drop_index_in_its_message_is_still_a_check() -> None:
    text = f"CREATE INDEX CONCURRENTLY i ON t (a); {CHECK.format('i').replace(chr(39) + 'x', chr(39) + 'DROP INDEX i first')}"
    assert ids(text) == []


def test_a_verify_file_beside_the_up_file_is_a_check() -> None:
    scripts = [
        Script(path="1.up.sql", text="CREATE INDEX CONCURRENTLY i ON t (a);", role="up", sends="statements"),
        Script(path="1.down.sql", text="DROP INDEX CONCURRENTLY i;", role="down", sends="statements"),
        Script(path="1.verify.sql", text=CHECK.format("i"), role="verify", sends="statements"),
    ]
    assert review(scripts, default_rules()) == []
    assert [f.rule for f in review(scripts[:2], default_rules())] == ["MIG302"]


def test_two_folders_are_two_databases() -> None:
    scripts = [
        Script(path=f"{folder}/1.sql", text="CREATE INDEX i ON t (a);", sends="statements") for folder in ("a", "b")
    ]
    assert {f.rule for f in review(scripts, default_rules())} == {"MIG101"}


def test_a_name_that_was_dropped_in_between_is_free() -> None:
    text = "CREATE INDEX i ON t (a);\nDROP INDEX i;\nCREATE INDEX i ON t (b);"
    assert "MIG409" not in ids(text)


def test_a_waiver_covers_its_statement_and_keeps_its_reason() -> None:
    found = look("-- advisor:ignore MIG102 -- 40 rows, never more\nDROP INDEX i;\nDROP INDEX j;")
    assert [(f.subject, f.waived) for f in found] == [("i", "40 rows, never more"), ("j", "")]


def test_a_file_waiver_covers_all_and_takes_names_and_lists() -> None:
    text = "/* advisor:ignore-file drop-index-without-concurrently, MIG101 -- maintenance window */\nDROP INDEX i;\nCREATE INDEX j ON t (a);"
    assert ids(text) == []


def test_a_waiver_of_a_rule_that_is_silent_is_not_called_unused() -> None:
    assert ids("-- advisor:ignore MIG601 -- on purpose\nDROP INDEX CONCURRENTLY i;") == []


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("-- advisor:ignore MIG101 -- never", "MIG911"),
        ("-- advisor:ignore MIG102", "MIG912"),
        ("-- advisor:ignore MIG999 -- typo", "MIG913"),
    ],
)
def test_a_bad_waiver_is_a_finding(comment: str, expected: str) -> None:
    assert expected in ids(f"{comment}\nDROP INDEX i;")


def test_rules_without_their_evidence_are_named() -> None:
    silent = silent_rules(default_rules())
    assert {"MIG403", "MIG518", "MIG601"} <= set(silent["catalog"])
    assert "MIG605" in silent["workload"]
    assert silent_rules(default_rules(), catalog=object(), workload=object()) == {}


def test_a_rule_that_is_switched_off_says_nothing() -> None:
    rules = default_rules().override({"MIG102": "off"}, {})
    assert review([Script(path="m.sql", text="DROP INDEX i;")], rules) == []


def test_an_unknown_runner_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError) as caught:
        sends_of("make")
    assert "psql" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["", "   ", "\ufeff", "-- nothing\n", ";;;", "\x00", "'", "CREATE INDEX", "\\", 'CREATE INDEX 😀 ON "a""b" (c);'],
)
def test_nothing_that_a_file_can_hold_raises(text: str) -> None:
    for finding in look(text):
        assert finding.locations[0].line == 1


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("CREATE INDEX i ON t (" + ",".join(f"a{n}" for n in range(10_000)) + ");", 1),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a, b);\n" * 3_000, 5_999),
        ("-- advisor:ignore MIG102 -- x\nDROP INDEX i;\n" * 3_000, 3_000),
        ("CREATE INDEX i ON t (" + "(" * 50_000, 1),
        ("/*" * 100_000, 1),
        ("'" * 100_001, 1),
    ],
)
def test_a_hostile_script_is_read_to_its_end(text: str, findings: int) -> None:
    """With work that grows with the square of the text, each of these would take minutes."""
    assert len(look(text)) == findings
