"""Every migration rule has a check, a bad example that fires exactly it through the program, and a good one that fires nothing."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.catalog.snapshot import write_snapshot
from advisor.engines.postgres.servers import Server
from advisor.review.registry import checked_rules
from advisor.rules import default_rules
from tests.rules.migration_examples import FAMILY, Example, example_id, examples, needs_catalog
from tests.support import run

FIRST_COUNT = 40


@pytest.fixture(scope="module")
def snapshot(pg18: Server, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Makes the snapshot of a schema.sql, once for each text."""
    made: dict[str, Path] = {}
    folder = tmp_path_factory.mktemp("snapshots")

    def make(schema: Path) -> Path:
        text = schema.read_text()
        if text not in made:
            name = f"m{uuid.uuid4().hex[:12]}"
            with psycopg.connect(pg18.dsn(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            with psycopg.connect(pg18.dsn(name), autocommit=True) as connection:
                connection.execute(text)
            made[text] = folder / f"{name}.json"
            write_snapshot(load_catalog(pg18.dsn(name)), made[text])
            with psycopg.connect(pg18.dsn(), autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        return made[text]

    return make


@pytest.mark.parametrize("example", examples(), ids=example_id)
def test_an_example_fires_exactly_what_it_says(example: Example, snapshot: Callable[[Path], Path]) -> None:
    arguments: list[str | Path] = ["lint", *example.files, "--format", "json", "--runner", example.runner]
    if example.schema and needs_catalog(example):
        arguments += ["--catalog", snapshot(example.schema)]
    if example.workload:
        arguments += ["--workload", example.workload]
    result = run(*arguments, "--fail-on", "info")
    assert result.exit_code in (0, 1), result.output
    findings = [f for f in json.loads(result.stdout)["findings"] if not f["waived"]]
    assert {f["rule"] for f in findings} == example.expected, findings
    assert result.exit_code == bool(example.expected)
    assert all(f["locations"][0]["line"] for f in findings)


def test_every_rule_has_a_check_and_every_check_a_rule() -> None:
    in_family = {rule for rule in default_rules() if rule.startswith("MIG")}
    assert in_family == checked_rules()
    assert len(in_family) >= FIRST_COUNT


def test_every_rule_has_a_bad_and_a_good_example_and_a_name_of_its_own() -> None:
    stems: dict[str, set[str]] = {}
    for example in examples():
        stems.setdefault(example.rule, set()).add(example.stem)
    assert all({"bad", "good"} <= stems.get(folder.parent.name[:6], set()) for folder in FAMILY.glob("*/rule.toml"))
    names = [rule.name for rule in default_rules().values() if rule.id.startswith("MIG")]
    assert len(names) == len(set(names))


def test_each_text_of_a_rule_is_one_sentence_without_a_full_stop() -> None:
    for rule in default_rules().values():
        if rule.id.startswith("MIG"):
            for text in (rule.condition, rule.effect, rule.fix):
                assert text
                assert not text.endswith("."), rule.id
            assert rule.references, rule.id
