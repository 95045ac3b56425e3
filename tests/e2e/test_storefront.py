"""storefront: EXPECTED.md of the sample, through the program, from the server's log and from pg_stat_statements."""

import re
from pathlib import Path

import pytest

from advisor.model.report import Report
from tests.e2e import program

pytestmark = pytest.mark.xdist_group("storefront")
MIGRATION = program.SAMPLES / "storefront/supabase/migrations/20251103_performance_indexes.sql"
EVIDENCE = ("postgresql.log.gz", "pg_stat_statements.csv.gz")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    out = tmp_path_factory.mktemp("storefront")
    return {name: program.sample(out / f"{name}.json", "storefront", name) for name in EVIDENCE}


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_unread_notifications_get_the_partial_index_that_the_team_missed(
    reports: dict[str, Report], evidence: str
) -> None:
    (found,) = [item for item in program.created(reports[evidence], "notifications") if item.shapes]
    assert program.keys(found) in {("vendor_id",), ("vendor_id", "created_at")}
    assert found.index
    assert re.fullmatch(r"\W*read_at\W* IS NULL\W*", found.index.predicate)


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_order_items_get_the_join_index_and_the_vendors_index(reports: dict[str, Report], evidence: str) -> None:
    leading = {program.keys(item)[0] for item in program.created(reports[evidence], "order_items")}
    assert leading >= {"order_id", "vendor_id"}


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_published_products_get_equality_before_order(reports: dict[str, Report], evidence: str) -> None:
    (found,) = program.created(reports[evidence], "products")
    assert found.index
    assert "vendor_id" in program.keys(found)[:2]
    assert "created_at" not in program.keys(found)[:1]


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_stock_of_a_vendor_gets_an_index(reports: dict[str, Report], evidence: str) -> None:
    assert [item for item in program.created(reports[evidence], "inventory") if program.keys(item)[0] == "vendor_id"]


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_what_a_primary_key_serves_gets_nothing(reports: dict[str, Report], evidence: str) -> None:
    assert not list(program.created(reports[evidence], "profiles"))


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_many_vendors_that_poll_are_no_loop(reports: dict[str, Report], evidence: str) -> None:
    assert program.loops(reports[evidence]) == []


def test_the_teams_migration_is_flagged(reports: dict[str, Report], tmp_path: Path) -> None:
    found = program.lint(MIGRATION, "--schema", program.SAMPLES / "storefront" / "schema.sql")
    assert found["MIG522"] >= {1, 2}, "status is in the key although the predicate pins it"
    assert found["MIG523"] >= {2, 4}, "the predicate is on a column that is also searched by range"
    assert found["MIG203"], "CONCURRENTLY next to other statements"
    assert found["MIG301"] >= {1, 2, 3, 4, 5, 6, 7}, "IF NOT EXISTS hides an invalid index"


def test_the_teams_migration_is_held_against_the_workload() -> None:
    folder = program.SAMPLES / "storefront"
    found = program.lint(MIGRATION, "--catalog", folder / "catalog.json.gz", "--workload", folder / "postgresql.log.gz")
    assert found["MIG605"] >= {2, 4, 5}, "no observed query uses them"
    assert found["MIG609"] >= {6}, "created_at before the equality column"


def test_migrations_are_emitted_for_supabase(reports: dict[str, Report], tmp_path: Path) -> None:
    source = program.saved(reports[EVIDENCE[0]], tmp_path / "report.json")
    done = program.advisor("migrate", source, "--framework", "supabase", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "notifications" in "".join(file.read_text() for file in (tmp_path / "out").rglob("*.sql"))
