"""Every rule of `rules/index` on a real server: the bad example has that finding, the good one has not."""

from pathlib import Path

import psycopg
import pytest

from advisor.detect.indexes import index_findings
from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.ddl import parse_script
from advisor.engines.postgres.twin import open_twin
from advisor.model.finding import Finding
from advisor.model.workload import Sample, Shape, Workload
from advisor.recommend import advise
from advisor.resources import data_dir
from advisor.rules import default_rules

RULES = sorted((data_dir("rules") / "index").glob("IDX*"), key=lambda path: path.name)
WORKLOAD = "-- The workload:\n"


def findings_on(path: Path, dsn: str) -> list[Finding]:
    script, _, workload = path.read_text().partition(WORKLOAD)
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in parse_script(script):
            try:
                connection.execute(statement.text.encode(), prepare=False)
            except psycopg.errors.UniqueViolation:
                assert "CONCURRENTLY" in statement.text  # the failed build that leaves an invalid index
    catalog = load_catalog(dsn)
    if not workload:
        return index_findings(catalog, default_rules())
    shapes = tuple(
        Shape(
            id=f"{number:016x}",
            engine="postgres",
            database=catalog.database,
            text=text,
            kind="select",
            calls=10,
            sample=Sample(duration_us=1, text=text),
        )
        for number, text in enumerate(filter(None, map(str.strip, workload.split(";"))))
    )
    with open_twin(catalog) as twin:
        advice = advise(Workload(shapes=shapes), catalog, twin, default_rules(), database=catalog.database)
    return list(advice.findings)


@pytest.mark.server
@pytest.mark.parametrize("folder", RULES, ids=lambda path: path.name)
@pytest.mark.parametrize("example", ["bad", "good"])
def test_the_example_behaves_as_the_rule_says(folder: Path, example: str, database: str) -> None:
    rule = folder.name.split("-")[0]
    found = [finding for finding in findings_on(folder / f"{example}.sql", database) if finding.rule == rule]
    assert bool(found) == (example == "bad"), found
    assert all(finding.subject and finding.database for finding in found)
