"""identity: EXPECTED.md of the sample, through the program."""

from pathlib import Path

import pytest

from advisor.model.report import Report
from tests.e2e import program

pytestmark = pytest.mark.xdist_group("identity")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return program.sample(tmp_path_factory.mktemp("identity") / "report.json", "identity", "postgresql.log.gz")


def test_users_are_found_to_be_looked_up_one_by_one(report: Report) -> None:
    (loop,) = program.loops(report)
    (statement,) = loop.evidence["statements"]
    assert loop.rule == "NP101"
    assert 'from "AspNetUsers"' in statement
    assert "limit" in statement
    assert loop.evidence["repeats"] == 10, "a page has ten members"
    assert loop.evidence["distinct_parameters"] == 25, "an audit export has twenty-five entries"
    assert 'from "GroupMembers"' in loop.evidence["parent"]
    assert "= ANY" in loop.evidence["rewrite"]


def test_users_by_name_get_a_partial_index_for_active_users(report: Report) -> None:
    (found,) = program.created(report, "AspNetUsers")
    assert program.keys(found) == ("UserName",)
    assert found.index
    assert "IsActive" in found.index.predicate
    assert found.measured_by == "twin"
    assert found.cost_after < found.cost_before / 2
    assert '"AspNetUsers"' in found.ddl[0]
    assert "CONCURRENTLY" in found.ddl[0]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("GroupMembers", "GroupId"),
        ("GroupMembers", "UserId"),
        ("AspNetUserClaims", "UserId"),
        ("Invitations", "InviteeId"),
    ],
)
def test_foreign_keys_that_the_traffic_needs_get_an_index(report: Report, table: str, column: str) -> None:
    assert [item for item in program.created(report, table) if program.keys(item)[0] == column]


def test_a_foreign_key_that_only_deletes_need_is_reported(report: Report) -> None:
    named = [
        f for f in report.findings if f.rule.startswith("IDX") and "Invitations" in f.message and "GroupId" in f.message
    ]
    assert named


def test_no_index_is_recommended_where_one_serves(report: Report) -> None:
    leading = {(item.index.table, program.keys(item)[0]) for item in report.recommendations if item.index}
    assert not leading & {("AspNetUsers", "Id"), ("AspNetUsers", "NormalizedEmail"), ("AspNetUserRoles", "UserId")}


def test_the_teams_script_is_flagged() -> None:
    folder = program.SAMPLES / "identity"
    found = program.lint(folder / "team_indexes.sql", "--schema", folder / "schema.sql")
    assert found["MIG518"] >= {1, 2, 3}, "unquoted names fold to a relation that does not exist"
    assert found["MIG521"] >= {1, 2}, "boolean compared with an integer"
    assert found["MIG522"] >= {1, 2, 5}, "key column pinned by the predicate"
    assert found["MIG603"] >= {5}, "the primary key serves it"
    assert found["MIG409"], "one name for two definitions"
    assert found["MIG101"] >= {1, 2, 3, 5}, "no CONCURRENTLY"


def test_migrations_are_emitted_with_their_undo(report: Report, tmp_path: Path) -> None:
    source = program.saved(report, tmp_path / "report.json")
    done = program.advisor("migrate", source, "--framework", "sql", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    ups = sorted((tmp_path / "out").glob("*.up.sql"))
    assert len(ups) == len(report.recommendations)
    for up in ups:
        assert "CREATE INDEX CONCURRENTLY" in up.read_text()
        assert "DROP INDEX CONCURRENTLY" in up.with_name(up.name.replace(".up.", ".down.")).read_text()
