"""One or more plans explained: the annotated tree with its diagnosis for a terminal, or the report document."""

from collections.abc import Collection, Sequence

import msgspec
from rich.text import Text

from advisor.detect.plans import diagnose
from advisor.engines.postgres.plan import parse_plans
from advisor.engines.postgres.plan.tree import annotated, describe, outline
from advisor.model.catalog import Catalog
from advisor.model.event import SourceSummary
from advisor.model.finding import Finding
from advisor.model.plan import Plan
from advisor.model.report import Report, ReportShape
from advisor.report.text import milliseconds
from advisor.rules import RuleSet
from advisor.workload.fingerprint import fingerprint

STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A plan, what the rules say of it, and the id and normalised text of its statement (`` when it is not known)."""

    plan: Plan
    findings: list[Finding]
    shape: str = ""
    text: str = ""


def explain(
    text: str, rules: RuleSet, *, catalog: Catalog | None = None, critical: Collection[str] = ()
) -> list[Explained]:
    """Every plan in `text`, diagnosed. InputError when there is none or one is broken."""
    explained = []
    for plan in parse_plans(text):
        database = catalog.database if catalog else ""
        found = fingerprint(plan.query, database=database) if plan.query else None
        shape = found.id if found else ""
        findings = diagnose(plan, rules, catalog=catalog, shape=shape, database=database, critical=critical)
        explained.append(Explained(plan=plan, findings=findings, shape=shape, text=found.text if found else ""))
    return explained


def render(explained: Sequence[Explained], rules: RuleSet, *, show_literals: bool = False) -> Text:
    """Tree and diagnosis of each plan. Not cleaned: names in it are as hostile as the plan."""
    page = Text()
    for item in explained:
        if page:
            page.append("\n")
        if item.text:
            page.append(f"{item.plan.query if show_literals else item.text}\n\n")
        page.append_text(annotated(item.plan, _marks(item.findings), show_literals=show_literals))
        page.append(_totals(item.plan), style="dim")
        page.append_text(_diagnosis(item.findings, rules))
    return page


def to_report(explained: Sequence[Explained], name: str, size: int) -> Report:
    """The same as one document; `name` and `size` (bytes) are those of the input."""
    shapes = {item.shape: _shape(item) for item in explained if item.shape}
    return Report(
        sources=(SourceSummary(name=name, format="EXPLAIN output", bytes=size, executions=len(explained)),),
        shapes=tuple(shapes[shape] for shape in sorted(shapes)),
        findings=tuple(finding for item in explained for finding in item.findings),
        summary={"plans": [{"outline": outline(item.plan), "reads": describe(item.plan)} for item in explained]},
    )


def _marks(findings: Sequence[Finding]) -> dict[int, list[str]]:
    marks: dict[int, list[str]] = {}
    for finding in findings:
        marks.setdefault(finding.evidence["node"], []).append(finding.rule)
    return marks


def _totals(plan: Plan) -> str:
    parts = [
        f"{name} {milliseconds(value)}"
        for name, value in (("planning", plan.planning_ms), ("execution", plan.execution_ms))
        if value is not None
    ]
    parts += [f"trigger {name} {milliseconds(time)} in {calls} calls" for name, time, calls in plan.triggers]
    if plan.root.loops is None:
        parts.append("estimates only: EXPLAIN (ANALYZE, BUFFERS) shows what really happened")
    return f"\n{'; '.join(parts)}\n" if parts else ""


def _diagnosis(findings: Sequence[Finding], rules: RuleSet) -> Text:
    text = Text("\n")
    if not findings:
        text.append("No rule has anything to say about this plan.\n")
    for finding in findings:
        text.append(f"{finding.severity:<8}", style=STYLES[finding.severity])
        text.append(f"{finding.rule}  {finding.message}\n")
        text.append(f"        fix: {rules[finding.rule].fix}{_columns(finding)}\n", style="dim")
    return text


def _columns(finding: Finding) -> str:
    """Columns of the index that the finding asks for, so that the fix can be acted on."""
    names = finding.evidence.get("columns")
    return f" (columns: {', '.join(names)})" if names else ""


def _shape(item: Explained) -> ReportShape:
    return ReportShape(
        id=item.shape,
        engine="postgres",
        database=item.findings[0].database if item.findings else "",
        text=item.text,
        calls=1,
        total_ms=item.plan.execution_ms,
        mean_ms=item.plan.execution_ms,
        p95_ms=item.plan.execution_ms,
        cost=item.plan.cost,
        plan=outline(item.plan),
    )
