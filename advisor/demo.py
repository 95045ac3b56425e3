"""The demo: every sample workload from its evidence to migrations, and the team's own script through the reviewer.

Owns what is shown and where the files go. Everything it does is what `analyze`, `migrate`, `lint` and `check` do.
"""

import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec

from advisor.analysis import AnalysisRequest, analyze
from advisor.emit import emit, format_named, plan_migrations
from advisor.engines.postgres.catalog.snapshot import read_snapshot
from advisor.errors import InputError
from advisor.files import read_text, write_new
from advisor.gate import rendering
from advisor.gate.baseline import baseline_of
from advisor.gate.roster import check, difference
from advisor.model.finding import Finding
from advisor.model.report import Report
from advisor.report import json, markdown, text
from advisor.report.terminal import WIDTH
from advisor.resources import data_dir
from advisor.review import Script, review
from advisor.rules import RuleSet, default_rules
from advisor.sources import open_sources
from advisor.workload.digest import digest

Say = Callable[[str], None]
MESSAGE_WIDTH = 200
FIRST_TIMESTAMP = "20260101000000"
"""Of the first migration where a framework numbers by time: the same in every run."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One system of `sample_workloads/`: its evidence, and the script that its team wrote by hand."""

    name: str
    title: str
    evidence: str
    framework: str
    fixed: str = ""
    """Evidence of the same traffic after the team's fix."""
    script: str = ""
    sends: str = "statements"
    """How the team's migration tool sends a file: see `review.Script`."""


SAMPLES = (
    Sample(
        name="identity",
        title="ASP.NET Core Identity with EF Core: the server's log",
        evidence="postgresql.log.gz",
        framework="sql",
        script="team_indexes.sql",
    ),
    Sample(
        name="billing",
        title="a dashboard with Drizzle: the application's console, nothing else",
        evidence="console.log.gz",
        fixed="console-fixed.log.gz",
        framework="sql",
    ),
    Sample(
        name="storefront",
        title="Supabase with PostgREST: pg_stat_statements",
        evidence="pg_stat_statements.csv.gz",
        framework="supabase",
        script="supabase/migrations/20251103_performance_indexes.sql",
        sends="one-query",
    ),
)


def run_demo(out: Path, say: Say) -> None:
    """Analyse every sample and write its report, migrations and review below `out`; `say` gets the text for the screen.

    Raises InputError when `out` exists already, ServerMissing when no PostgreSQL can be started.
    """
    if out.exists():
        raise InputError(f"{out} exists already", "Choose a folder that does not exist yet.")
    rules = default_rules()
    for sample in SAMPLES:
        report = _analysed(sample, sample.evidence)
        folder = out / sample.name
        write_new(folder / "report.json", json.render(report))
        write_new(folder / "report.md", markdown.render(report))
        format = format_named(sample.framework)
        timestamp = FIRST_TIMESTAMP if format.numbering == "timestamp" else None
        emit(plan_migrations(report, None), format, folder / "migrations", timestamp=timestamp, rules=rules)
        lines = [*_summary(sample, report), *_team_script(sample, folder, rules), *_gate(sample, report, folder)]
        say("\n".join([*(row for line in lines for row in _wrapped(line)), ""]))
    say(f"Reports, migrations (up, down, verify) and reviews are in:\n{out}")


def _wrapped(line: str) -> list[str]:
    """A line within the width of a terminal, its continuation indented below it."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, WIDTH, subsequent_indent=f"{indent}    ", break_long_words=False, break_on_hyphens=False)


def _home(sample: Sample) -> Path:
    return data_dir("sample_workloads") / sample.name


def _analysed(sample: Sample, evidence: str) -> Report:
    home = _home(sample)
    return analyze(AnalysisRequest(sources=(str(home / evidence),), catalog=home / "catalog.json.gz"))


def _summary(sample: Sample, report: Report) -> list[str]:
    calls = sum(shape.calls for shape in report.shapes)
    lines = [
        f"{sample.name}: {sample.title}",
        f"  {text.count(calls, 'execution')} of {text.count(len(report.shapes), 'shape')}, "
        f"{text.count(len(report.findings), 'finding')}",
    ]
    for finding in text.by_severity(report.findings):
        if finding.rule.startswith("NP1"):
            repeated = "; ".join(finding.evidence["statements"])
            lines.append(f"  {finding.rule} {text.repetition(finding)}: {text.one_line(repeated, MESSAGE_WIDTH)}")
    for item in report.recommendations:
        lines += [f"  {item.ddl[0]};", f"      {text.benefit(item)}"]
    return lines


def _team_script(sample: Sample, folder: Path, rules: RuleSet) -> list[str]:
    """What the reviewer says about the script that the team wrote: all of it in review.txt, a line for each rule on the screen."""
    if not sample.script:
        return []
    home = _home(sample)
    script = Script(path=sample.script, text=read_text(home / sample.script), sends=sample.sends)
    workload = digest(open_sources([str(home / sample.evidence)]))
    found = review([script], rules, catalog=read_snapshot(home / "catalog.json.gz"), workload=workload)
    write_new(
        folder / "review.txt",
        "".join(f"{_place(finding)} {finding.severity} {finding.rule} {finding.message}\n" for finding in found),
    )
    worst: dict[str, Finding] = {}
    for finding in found:
        worst.setdefault(finding.rule, finding)
    lines = [
        f"  the team's own script has {text.count(len(found), 'finding')} (all of them in review.txt), for example:"
    ]
    return lines + [f"      {_place(f)} {f.rule} {text.one_line(f.message, MESSAGE_WIDTH)}" for f in worst.values()]


def _gate(sample: Sample, report: Report, folder: Path) -> list[str]:
    """What CI says when the traffic before the fix comes back after the state with the fix was accepted."""
    if not sample.fixed:
        return []
    loop, fixed = baseline_of(report), baseline_of(_analysed(sample, sample.fixed))
    roster = check(fixed, loop, today=date.min)
    write_new(folder / "gate.md", rendering.markdown(roster))
    failed = [condition.name for condition in roster.conditions if condition.conclusion == "fail"]
    saved = difference(loop, fixed).queries_reduction_percent
    return [
        f"  with the fix accepted, `advisor check` on this log ends with exit code {roster.exit_code}: {', '.join(failed)}",
        f"  the fix itself takes {saved:.0f} % of the statements away" if saved is not None else "  nothing to compare",
    ]


def _place(finding: Finding) -> str:
    return ", ".join(f"{Path(place.file).name}:{place.line}" for place in finding.locations)
