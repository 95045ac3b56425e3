"""billing: EXPECTED.md of the sample, through the program. The console log is the only evidence."""

import json
from pathlib import Path

import pytest

from advisor.model.report import Report
from tests.e2e import program

pytestmark = pytest.mark.xdist_group("billing")
LOOP, FIXED = (program.SAMPLES / "billing" / name for name in ("console.log.gz", "console-fixed.log.gz"))
CATALOG = program.SAMPLES / "billing" / "catalog.json.gz"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return program.sample(tmp_path_factory.mktemp("billing") / "report.json", "billing", LOOP.name)


def test_one_loop_is_found_made_of_a_pair_of_statements(report: Report) -> None:
    (loop,) = program.loops(report)
    representative, totals = sorted(loop.evidence["statements"], key=lambda text: "invoices" in text)
    assert 'from "representatives" where "representatives"."id" =' in representative
    assert 'from "invoices" where "invoices"."representative_id" =' in totals
    assert loop.rule == "NP101"
    assert loop.evidence["repeats_max"] == loop.evidence["distinct_parameters"] == 219, "active representatives"


def test_its_parent_is_the_list_of_active_representatives(report: Report) -> None:
    (loop,) = program.loops(report)
    assert '"representatives"."is_active"' in loop.evidence["parent"]


def test_the_rewrite_groups(report: Report) -> None:
    (loop,) = program.loops(report)
    assert "GROUP BY" in loop.evidence["rewrite"].upper()


def test_invoices_get_a_covering_index(report: Report) -> None:
    (found,) = [i for i in program.created(report, "invoices") if program.keys(i)[0] == "representative_id"]
    assert found.index
    assert {"amount", "created_at"} <= {*program.keys(found), *found.index.include}


def test_payments_of_a_representative_get_an_ordered_index(report: Report) -> None:
    assert [
        item
        for item in program.created(report, "payments")
        if program.keys(item) == ("representative_id", "created_at")
    ]


def test_the_fixed_log_has_no_loop(tmp_path: Path) -> None:
    assert program.loops(program.sample(tmp_path / "report.json", "billing", FIXED.name)) == []


def test_the_gate_fails_while_the_loop_is_there_and_passes_when_it_is_gone(tmp_path: Path) -> None:
    for name, log in (("loop", LOOP), ("fixed", FIXED)):
        program.analyse(tmp_path / f"{name}.json", log, "--catalog", CATALOG)
    baseline = tmp_path / "baseline.json"
    accepted = program.advisor("baseline", "update", tmp_path / "fixed.json", "--baseline", baseline)
    assert accepted.returncode == 0, accepted.stderr
    check = ("check", "--baseline", baseline)
    assert program.advisor(*check, tmp_path / "fixed.json").returncode == 0
    failed = program.advisor(*check, tmp_path / "loop.json")
    assert failed.returncode == 1, failed.stderr
    assert "n-plus-one" in failed.stdout


def test_the_difference_is_told_in_per_cent(tmp_path: Path) -> None:
    for name, log in (("loop", LOOP), ("fixed", FIXED)):
        program.analyse(tmp_path / f"{name}.json", log, "--catalog", CATALOG)
    done = program.advisor("diff", tmp_path / "loop.json", tmp_path / "fixed.json", "--format", "json")
    assert json.loads(done.stdout)["queries_reduction_percent"] >= 90
