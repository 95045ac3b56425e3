"""Numbers and sentences that every report format says in the same words."""

from advisor.model.finding import SEVERITIES, Finding
from advisor.model.recommendation import Effect, Recommendation, Silence
from advisor.model.report import Report, ReportShape


def milliseconds(value: float | None) -> str:
    """`0.42 ms`, `38 ms`, `2.4 s`, `3.1 min`; `-` when unknown."""
    if value is None:
        return "-"
    if value < 10:
        return f"{value:.2f} ms"
    if value < 1000:
        return f"{value:.0f} ms"
    return f"{value / 1000:.1f} s" if value < 120_000 else f"{value / 60_000:.1f} min"


def size(value: int | None) -> str:
    """`48 kB`, `310 MB`; `size unknown` when there is no estimate."""
    if value is None:
        return "size unknown"
    for unit, factor in (("GB", 2**30), ("MB", 2**20)):
        if value >= factor:
            return f"{value / factor:.1f} {unit}" if value < 10 * factor else f"{value / factor:.0f} {unit}"
    return f"{max(value // 1024, 1)} kB"


def cost(value: float) -> str:
    """Planner cost: `8,123`, `14.2`."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def count(number: int, noun: str) -> str:
    """`1 shape`, `3 shapes`, `12,000 calls`; nouns in -x take -es."""
    plural = noun + ("es" if noun.endswith("x") else "s")
    return f"{number:,} {noun if number == 1 else plural}"


def one_line(text: str, width: int) -> str:
    """`text` on one line, cut with `…` at `width` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def benefit(item: Recommendation) -> str:
    """One sentence: what it serves, cost before and after, how measured, size, write cost, confidence."""
    calls = sum(effect.calls for effect in item.effects if effect.used)
    parts = [f"serves {count(len(item.shapes), 'shape')} ({count(calls, 'call')})"]
    if not item.shapes:
        parts = ["serves the foreign-key checks of deletes"]
    if item.cost_before:
        factor = item.cost_before / max(item.cost_after, 0.01)
        ratio = f"{factor:,.0f}x" if factor >= 10 else f"{factor:.1f}x"
        parts.append(f"cost {cost(item.cost_before)} -> {cost(item.cost_after)} ({ratio} less, {item.measured_by})")
    parts.append(f"about {size(item.size_bytes)}" if item.size_bytes is not None else "size unknown")
    if item.write_cost is not None:
        parts.append(f"+{item.write_cost:.0%} on a row's insert")
    parts.append(f"confidence {item.confidence}")
    return "; ".join(parts)


def by_severity(findings: tuple[Finding, ...]) -> list[Finding]:
    """Worst first, then by rule and subject."""
    return sorted(findings, key=lambda f: (-SEVERITIES.index(f.severity), f.rule, f.database, f.subject, f.message))


def by_time(report: Report) -> list[ReportShape]:
    """Shapes by total time, where no time is known by calls; largest first."""
    return sorted(report.shapes, key=lambda s: (-(s.total_ms or 0), -s.calls, s.id))


def change(effect: Effect) -> str:
    """What an index does to one shape: `Seq Scan on orders (8,123) becomes Index Scan using ... (14.2)`."""
    before = f"{effect.plan_before} ({cost(effect.cost_before)})"
    return f"{before} becomes {effect.plan_after} ({cost(effect.cost_after)})"


def repetition(finding: Finding) -> str:
    """How often a loop repeats: `runs 20 times in each of 31 units of work, 620 executions, 1.9 s`."""
    evidence = finding.evidence
    windows, repeats = evidence.get("windows", 0), evidence.get("repeats", 0)
    units = "in 1 unit of work" if windows == 1 else f"in each of {windows:,} units of work"
    most = evidence.get("repeats_max", repeats)
    parts = [f"runs {repeats:,} times {units}" + (f" (at most {most:,})" if most != repeats else "")]
    distinct = evidence.get("distinct_parameters")
    parts.append(f"up to {distinct:,} different values" if distinct else "values not logged")
    if executions := evidence.get("executions"):
        parts.append(count(executions, "execution"))
    if total := evidence.get("total_ms"):
        parts.append(milliseconds(total))
    parts.append(f"confidence {evidence.get('confidence', 'high')}")
    return ", ".join(parts)


RECOMMENDED = ("IDX100", "IDX101")
"""Rules that a recommendation answers: where there is one for the relation, it says the same and more."""


def other_findings(report: Report) -> list[Finding]:
    """Findings that are no loop and that no recommendation answers, worst first."""
    answered = {(item.database, item.relation) for item in report.recommendations}
    return [
        finding
        for finding in by_severity(report.findings)
        if not finding.rule.startswith("NP1")
        and not (finding.rule in RECOMMENDED and (finding.database, finding.subject) in answered)
    ]


def silences_by_time(report: Report) -> list[Silence]:
    """Silences about the shapes that take the most time (or are called most) first."""
    weight = {shape.id: (shape.total_ms or 0, shape.calls) for shape in report.shapes}
    return sorted(report.silences, key=lambda s: ([-w for w in weight.get(s.shape, (0, 0))], s.shape, s.candidate))
