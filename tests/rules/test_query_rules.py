"""Every rule of the family QRY: its bad plan, made by a real server, fires it and nothing else; its good plan does not."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from advisor.detect.plans import CHECKS, SAID_BETTER_BY, diagnose
from advisor.engines.postgres.plan import parse_plan
from advisor.model.finding import SEVERITIES, Finding
from advisor.resources import data_dir
from advisor.rules import default_rules

FOLDERS = sorted(path.parent for path in (data_dir("rules") / "query").glob("*/rule.toml"))


def identity(folder: Path) -> str:
    return folder.name.split("-")[0]


def case(folder: Path) -> dict[str, Any]:
    """`case.toml`: `critical` tables of the example, and ids in `expect` that its bad plan cannot avoid."""
    path = folder / "case.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}


def findings(folder: Path, name: str) -> list[Finding]:
    (path,) = folder.glob(f"{name}.*")
    return diagnose(parse_plan(path.read_text()), default_rules(), critical=case(folder).get("critical", ()))


@pytest.mark.parametrize("folder", FOLDERS, ids=identity)
def test_the_bad_plan_fires_its_rule_and_no_other(folder: Path) -> None:
    assert {f.rule for f in findings(folder, "bad")} == {identity(folder), *case(folder).get("expect", ())}


@pytest.mark.parametrize("folder", FOLDERS, ids=identity)
def test_the_good_plan_does_not_fire_it(folder: Path) -> None:
    assert identity(folder) not in {f.rule for f in findings(folder, "good")}


@pytest.mark.parametrize("folder", FOLDERS, ids=identity)
def test_a_message_states_a_fact_with_a_number_or_a_name_and_no_literal(folder: Path) -> None:
    for finding in findings(folder, "bad"):
        assert any(character.isdigit() for character in finding.message) or finding.subject in finding.message
        assert "'" not in finding.message
        assert finding.severity in SEVERITIES


def test_every_rule_has_a_check_and_every_check_a_rule() -> None:
    assert [identity(folder) for folder in FOLDERS] == list(CHECKS)
    assert {*SAID_BETTER_BY, *(better for names in SAID_BETTER_BY.values() for better in names)} <= set(CHECKS)


def test_every_threshold_says_where_it_comes_from() -> None:
    assert all(rule.threshold_source for rule in default_rules().values() if rule.id in CHECKS and rule.thresholds)


def test_a_rule_that_is_switched_off_does_not_speak() -> None:
    folder = next(f for f in FOLDERS if identity(f) == "QRY021")
    (path,) = folder.glob("bad.*")
    rules = default_rules().override({"QRY021": "off"}, {})
    assert diagnose(parse_plan(path.read_text()), rules) == []
