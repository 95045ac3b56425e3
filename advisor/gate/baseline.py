"""The accepted state: which queries run, how they are planned and what they cost, which loops and findings are known.

A baseline is made to be committed: JSON lines sorted by fingerprint, so that two branches merge line by line; no time stamps, no
connection strings, no literals. Two runs over the same report write the same bytes.
"""

from pathlib import Path

import msgspec

from advisor.errors import ConfigError
from advisor.files import write_new
from advisor.jsonl import dump, load
from advisor.model.finding import Finding
from advisor.model.recommendation import Recommendation
from advisor.model.report import Planner, Report, ReportShape

DEFAULT_FILE = Path(".advisor/baseline.jsonl")
KIND = "baseline"
VERSION = 1
LOOP_RULES = ("NP101", "NP102", "NP103")
_HINT = "`advisor baseline update SOURCE` writes it anew."


class PlannerLine(msgspec.Struct, frozen=True, kw_only=True):
    """What planned the queries of one database. Costs compare only where this is the same, but for the minor version."""

    database: str
    measured_by: str
    server: str
    statistics: str


class BaselineHeader(msgspec.Struct, frozen=True, kw_only=True):
    advisor: str = KIND
    version: int = VERSION
    planners: tuple[PlannerLine, ...] = ()


class QueryLine(msgspec.Struct, frozen=True, kw_only=True, tag="query", tag_field="kind"):
    """One query shape. `cost` is the planner's for one execution, null when it was not planned."""

    fingerprint: str
    database: str
    sql: str
    calls: int
    cost: float | None = None
    plan: str = ""
    not_planned: bool = False
    """It could have been planned (a schema was given), and the server refused."""
    missing_index: str = ""
    """Name and table of an index that was recommended for it."""


class LoopLine(msgspec.Struct, frozen=True, kw_only=True, tag="loop", tag_field="kind"):
    """One finding of the loop rules, known by what repeats."""

    fingerprint: str
    database: str
    rule: str
    severity: str
    statements: tuple[str, ...]
    """Fingerprints of the queries that repeat together."""
    repeats: int
    """In a typical unit of work."""
    executions: int


class FindingLine(msgspec.Struct, frozen=True, kw_only=True, tag="finding", tag_field="kind"):
    """Any other finding, known by rule and subject."""

    fingerprint: str
    database: str
    rule: str
    severity: str
    number: int
    """How many findings of the rule are about that subject."""


Line = QueryLine | LoopLine | FindingLine


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """One state, each dict by fingerprint (findings: by rule and fingerprint), in sorted order."""

    planners: tuple[PlannerLine, ...] = ()
    queries: dict[str, QueryLine] = {}
    loops: dict[str, LoopLine] = {}
    findings: dict[tuple[str, str], FindingLine] = {}

    @property
    def lines(self) -> list[Line]:
        """In the order of the file."""
        every: list[Line] = [*self.queries.values(), *self.loops.values(), *self.findings.values()]
        return sorted(every, key=lambda line: (line.fingerprint, *_sort(line)))


def baseline_of(report: Report) -> Baseline:
    """The state that a report describes."""
    missing = _missing_indexes(report.recommendations)
    queries = [_query(shape, missing.get(shape.id, "")) for shape in report.shapes]
    loops = [_loop(finding) for finding in report.findings if finding.rule in LOOP_RULES]
    return _baseline(tuple(_planner(p) for p in report.planners), [*queries, *loops, *_findings(report)])


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Replace `path` with `baseline`, whole or not at all."""
    write_new(path, dump(BaselineHeader(planners=baseline.planners), baseline.lines), replace=True)


def read_baseline(path: Path) -> Baseline:
    """Read what `write_baseline` wrote. ConfigError for a merge conflict, another version, a doubled line, anything else."""
    header, rows = load(path, KIND, VERSION, _HINT, BaselineHeader, QueryLine, LoopLine, FindingLine)
    lines: list[Line] = [row for row in rows if isinstance(row, Line)]
    baseline = _baseline(header.planners, lines)
    if len(baseline.lines) != len(lines):
        raise ConfigError(f"{path} has two lines about the same query, loop or finding", f"A merge kept both? {_HINT}")
    return baseline


def _baseline(planners: tuple[PlannerLine, ...], lines: list[Line]) -> Baseline:
    ordered = sorted(lines, key=lambda line: (line.fingerprint, *_sort(line)))
    return Baseline(
        planners=tuple(sorted(planners, key=lambda planner: planner.database)),
        queries={line.fingerprint: line for line in ordered if isinstance(line, QueryLine)},
        loops={line.fingerprint: line for line in ordered if isinstance(line, LoopLine)},
        findings={(line.rule, line.fingerprint): line for line in ordered if isinstance(line, FindingLine)},
    )


def _sort(line: Line) -> tuple[str, str]:
    return (type(line).__name__, "" if isinstance(line, QueryLine) else line.rule)


def _planner(planner: Planner) -> PlannerLine:
    return PlannerLine(
        database=planner.database,
        measured_by=planner.measured_by,
        server=planner.server,
        statistics=planner.statistics,
    )


def _query(shape: ReportShape, missing_index: str) -> QueryLine:
    return QueryLine(
        fingerprint=shape.id,
        database=shape.database,
        sql=shape.text,
        calls=shape.calls,
        cost=None if shape.cost is None else round(shape.cost, 2),
        plan=shape.plan,
        not_planned=shape.cost is None and shape.not_planned not in ("", "no schema given"),
        missing_index=missing_index,
    )


def _missing_indexes(recommendations: tuple[Recommendation, ...]) -> dict[str, str]:
    """Shape -> the index it lacks. Name and table only: a definition may hold literals in its predicate."""
    missing: dict[str, str] = {}
    for item in recommendations:
        for shape in item.shapes if item.action == "create" else ():
            missing.setdefault(shape, f"{item.name} on {item.relation}")
    return missing


def _loop(finding: Finding) -> LoopLine:
    return LoopLine(
        fingerprint=finding.subject,
        database=finding.database,
        rule=finding.rule,
        severity=finding.severity,
        statements=finding.shapes,
        repeats=int(finding.evidence.get("repeats") or 0),
        executions=int(finding.evidence.get("executions") or 0),
    )


def _findings(report: Report) -> list[FindingLine]:
    counted: dict[tuple[str, str], list[Finding]] = {}
    for finding in report.findings:
        if finding.rule not in LOOP_RULES and not finding.waived:
            counted.setdefault((finding.rule, finding.subject), []).append(finding)
    return [
        FindingLine(
            fingerprint=subject,
            database=group[0].database,
            rule=rule,
            severity=group[0].severity,
            number=len(group),
        )
        for (rule, subject), group in counted.items()
    ]
