"""`advisor lint` as a team meets it: the scripts that two teams wrote by hand, folders, formats, exit codes, bad input."""

import json
from pathlib import Path

import pytest

from advisor.resources import data_dir
from tests.support import run

SAMPLES = data_dir("sample_workloads")
IDENTITY = SAMPLES / "identity"
STOREFRONT = SAMPLES / "storefront"
STOREFRONT_SCRIPT = STOREFRONT / "supabase" / "migrations" / "20251103_performance_indexes.sql"


def flagged(*arguments: str | Path) -> dict[str, set[int]]:
    """Rule -> the lines where it fires."""
    result = run("lint", *arguments, "--format", "json")
    assert result.exit_code in (0, 1), result.output
    found: dict[str, set[int]] = {}
    for finding in json.loads(result.stdout)["findings"]:
        found.setdefault(finding["rule"], set()).add(finding["locations"][0]["line"])
    return found


def test_everything_wrong_in_the_identity_teams_script_is_flagged() -> None:
    found = flagged(IDENTITY / "team_indexes.sql", "--schema", IDENTITY / "schema.sql")
    assert found["MIG518"] == {1, 2, 3}, "unquoted names fold to a relation that does not exist"
    assert found["MIG521"] == {1, 2}, "boolean compared with an integer"
    assert found["MIG522"] == {1, 2, 5}, "key column pinned by the predicate"
    assert found["MIG603"] == {1, 3, 5}, "made redundant by the primary key"
    assert found["MIG409"] == {5}, "one name for two definitions, the second hidden by IF NOT EXISTS"
    assert found["MIG101"] == {1, 2, 3, 5}, "no CONCURRENTLY"


def test_without_a_schema_the_same_script_is_flagged_by_its_text() -> None:
    found = flagged(IDENTITY / "team_indexes.sql")
    assert found["MIG406"] == {1, 2, 3, 5}
    assert found["MIG521"] == {1, 2}
    assert "MIG518" not in found


def test_everything_wrong_in_the_storefront_teams_migration_is_flagged() -> None:
    found = flagged(STOREFRONT_SCRIPT, "--schema", STOREFRONT / "schema.sql", "--runner", "supabase")
    assert found["MIG522"] == {1, 2}, "status in the key although the predicate pins it"
    assert found["MIG523"] == {2, 4}, "a predicate on a column that is also searched by range"
    assert found["MIG609"] == {6}, "created_at before the equality column"
    assert found["MIG203"] == {1}, "CONCURRENTLY next to other statements"
    assert found["MIG301"] == {1, 2, 3, 4, 5, 6, 7}


@pytest.mark.parametrize("evidence", ["postgresql.log.gz", "pg_stat_statements.csv.gz"])
def test_indexes_that_no_observed_query_uses_are_flagged(evidence: str) -> None:
    found = flagged(STOREFRONT_SCRIPT, "--catalog", STOREFRONT / "catalog.json.gz", "--workload", STOREFRONT / evidence)
    assert found["MIG605"] == {2, 4, 5}
    assert found["MIG609"] == {6}


def test_a_statement_for_another_database_is_flagged(tmp_path: Path) -> None:
    script = tmp_path / "all.sql"
    script.write_text("CREATE INDEX CONCURRENTLY posts_author_idx ON posts (author_id);\n")
    assert flagged(script, "--schema", STOREFRONT / "schema.sql")["MIG518"] == {1}


def test_text_output_has_place_rule_fix_and_what_was_not_checked(tmp_path: Path) -> None:
    script = tmp_path / "1.sql"
    script.write_text("SELECT 1;\n  DROP INDEX i;\n")
    result = run("lint", script)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{script}:2:3: error MIG102 DROP INDEX takes")
    assert lines[1] == "  fix: DROP INDEX CONCURRENTLY i"
    assert lines[3] == "1 error in 1 file"
    assert lines[4].startswith("not checked without --schema, --catalog or --postgres: MIG403")


def test_the_exit_code_follows_fail_on(tmp_path: Path) -> None:
    script = tmp_path / "1.sql"
    script.write_text("CREATE INDEX CONCURRENTLY i ON t (a);\n")
    assert run("lint", script).exit_code == 0
    assert run("lint", script, "--fail-on", "warning").exit_code == 1
    script.write_text("-- advisor:ignore MIG102 -- window\nDROP INDEX i;\n")
    assert run("lint", script, "--fail-on", "info").exit_code == 0


def test_a_folder_is_every_sql_file_below_it_and_companions_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "app" / "migrations"
    folder.mkdir(parents=True)
    up = folder / "1.up.sql"
    up.write_text("DROP INDEX CONCURRENTLY IF EXISTS i;\n")
    assert "MIG901" in flagged(tmp_path)
    (folder / "1.down.sql").write_text("CREATE INDEX CONCURRENTLY j ON t (a);\n")
    assert set(flagged(tmp_path)) == {"MIG302", "MIG902"}
    assert flagged(up) == {}, "the down file is looked at, and not reported on unasked"


def test_a_file_name_or_a_statement_cannot_move_the_cursor(tmp_path: Path) -> None:
    script = tmp_path / "1.sql"
    script.write_text('DROP INDEX "\x1b[2J\x1b[31mx";\n')
    assert "\x1b" not in run("lint", script).stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot read"), (b"\xff\xfe\x00", "not UTF-8"), (b"a\x00b", "NUL bytes")],
)
def test_input_that_is_no_sql_file_is_refused_with_the_next_action(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    script = tmp_path / "1.sql"
    if content is not None:
        script.write_bytes(content)
    result = run("lint", script)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "next:" in result.stderr


def test_a_folder_without_sql_and_an_unknown_runner_are_refused(tmp_path: Path) -> None:
    assert run("lint", tmp_path).exit_code == 2
    (tmp_path / "1.sql").write_text("SELECT 1;")
    refused = run("lint", tmp_path, "--runner", "make")
    assert refused.exit_code == 2
    assert "golang-migrate" in refused.stderr
