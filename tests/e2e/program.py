"""The program as a user starts it, and questions to ask of its JSON report."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from advisor.model.finding import Finding
from advisor.model.recommendation import Recommendation
from advisor.model.report import Report
from advisor.report import json as json_report
from advisor.resources import data_dir

SAMPLES = data_dir("sample_workloads")


def advisor(*arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `advisor ARGUMENTS` to its end, whatever its exit code."""
    command = [sys.executable, "-m", "advisor", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


def analyse(out: Path, *arguments: str | Path) -> Report:
    """`advisor analyze ARGUMENTS`, which must work, and its report read back from `out`."""
    done = advisor("analyze", *arguments, "--fail-on", "never", "--output", f"json={out}")
    assert done.returncode == 0, done.stderr
    return json_report.load(out)


def saved(report: Report, path: Path) -> Path:
    """The report as a file, for the commands that read one."""
    path.write_text(json_report.render(report))
    return path


def load(path: Path) -> Report:
    """The report in a file."""
    return json_report.load(path)


def sample(out: Path, system: str, evidence: str) -> Report:
    """One file of evidence of a sample, analysed with the sample's snapshot."""
    return analyse(out, SAMPLES / system / evidence, "--catalog", SAMPLES / system / "catalog.json.gz")


def lint(*arguments: str | Path) -> dict[str, set[int]]:
    """`advisor lint --format json ARGUMENTS`: rule id -> lines."""
    done = advisor("lint", *arguments, "--format", "json", "--fail-on", "never")
    assert done.returncode == 0, done.stderr
    found: dict[str, set[int]] = {}
    for finding in json.loads(done.stdout)["findings"]:
        found.setdefault(finding["rule"], set()).update(place["line"] for place in finding["locations"])
    return found


def texts(report: Report, shapes: tuple[str, ...]) -> list[str]:
    """Normalised statements of these shapes, on one line each."""
    known = {shape.id: " ".join(shape.text.split()) for shape in report.shapes}
    return [known[shape] for shape in shapes]


def loops(report: Report) -> list[Finding]:
    """Findings about repeated statements."""
    return [finding for finding in report.findings if finding.rule.startswith("NP1")]


def created(report: Report, table: str) -> Iterator[Recommendation]:
    """Recommended new indexes of one table."""
    return (
        item for item in report.recommendations if item.action == "create" and item.index and item.index.table == table
    )


def keys(item: Recommendation) -> tuple[str, ...]:
    """Key columns (or expressions) of a recommended index."""
    assert item.index
    return tuple(key.column or key.expression for key in item.index.keys)
