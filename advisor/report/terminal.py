"""The report on a terminal: the most valuable first, plain sentences, stable when piped."""

import textwrap
from typing import Any

from advisor.model.finding import Finding
from advisor.model.recommendation import Recommendation
from advisor.model.report import Report
from advisor.report import text

WIDTH = 80
MOST_FINDINGS = 10
MOST_SHAPES = 5
MOST_EFFECTS = 3


def render(report: Report, *, width: int = WIDTH) -> str:
    """The report as text of `width` columns. The caller cleans it of control characters before it reaches a terminal."""
    sections = (_head, _loops, _recommendations, _findings, _shapes, _silences, _skipped)
    return "\n".join(line for section in sections for line in section(report, width))


def _wrap(value: str, width: int, indent: str = "  ", first: str | None = None) -> list[str]:
    return textwrap.wrap(
        value,
        width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sql(value: str, width: int, indent: str) -> list[str]:
    """A statement on as many lines as it needs, nothing lost."""
    return _wrap(" ".join(value.split()), width, indent + "  ", indent)


def _head(report: Report, width: int) -> list[str]:
    calls = sum(shape.calls for shape in report.shapes)
    total = sum(shape.total_ms or 0 for shape in report.shapes)
    time = f", {text.milliseconds(total)} of database time" if total else ", no durations logged"
    lines = [f"{text.count(calls, 'execution')} of {text.count(len(report.shapes), 'shape')}{time}"]
    for source in report.sources:
        lines += _wrap(f"{source.name}: {source.format}", width, "    ", "  ")
        if source.unreadable:
            lines += _wrap(
                f"{text.count(source.unreadable, 'line')} could not be read (listed under Left out)", width, "    "
            )
        for note in source.notes:
            lines += _wrap(note, width, "      ", "    ! ")
    for planner in report.planners:
        name = f" {planner.database}" if planner.database else ""
        lines += _wrap(
            f"database{name} planned with {planner.server}, statistics: {planner.statistics}", width, "    ", "  "
        )
        for note in planner.notes:
            lines += _wrap(note, width, "      ", "    ! ")
    return lines


def _title(name: str, number: int) -> list[str]:
    return ["", f"{name} ({number})", ""]


def _loops(report: Report, width: int) -> list[str]:
    loops = [f for f in text.by_severity(report.findings) if f.rule.startswith("NP1")]
    if not loops:
        return []
    lines = _title("Repeated statements", len(loops))
    for number, finding in enumerate(loops[:MOST_FINDINGS], 1):
        lines += [*_loop(finding, number, width), ""]
    return lines + _more(len(loops) - MOST_FINDINGS, "findings")


def _loop(finding: Finding, number: int, width: int) -> list[str]:
    where = f" [{finding.database}]" if finding.database else ""
    lines = _wrap(
        f"{number}. {finding.severity} {finding.rule}{where}  {text.repetition(finding)}", width, "     ", "  "
    )
    rows = [("repeats", statement) for statement in finding.evidence.get("statements", ())]
    rows += [(name, finding.evidence.get(key)) for key, name in _LOOP_ROWS]
    rows += [("lacks", f"an index on {item['table']} ({', '.join(item['columns'])})") for item in _lacking(finding)]
    for name, value in rows:
        if value:
            lines += _wrap(f"{name + ':':<9}{text.one_line(str(value), 4 * width)}", width, " " * 14, "     ")
    return lines


_LOOP_ROWS = (("parent", "after"), ("request", "request"), ("call_site", "at"), ("rewrite", "instead"))


def _lacking(finding: Finding) -> list[dict[str, Any]]:
    return list(finding.evidence.get("missing_index", ()))


def _recommendations(report: Report, width: int) -> list[str]:
    lines = _title("Recommended indexes", len(report.recommendations))
    if not report.recommendations:
        why = "no index passed the test: the planner must pick it and the cost must fall by half"
        lines += _wrap(
            why if report.planners else "none without a schema: add --postgres, --catalog or --schema", width
        )
    for number, item in enumerate(report.recommendations, 1):
        lines += _recommendation(item, number, width)
    return lines


def _recommendation(item: Recommendation, number: int, width: int) -> list[str]:
    where = f" [{item.database}]" if item.database else ""
    lines = [f"  {number}. {item.relation}{where}  {item.id}"]
    for statement in item.ddl:
        lines += _sql(statement + ";", width, "     ")
    lines += _wrap(text.benefit(item), width, "     ")
    for reason in item.reasons:
        lines += _wrap(reason, width, "       ", "     - ")
    used = [effect for effect in item.effects if effect.used]
    for effect in used[:MOST_EFFECTS]:
        lines += _wrap(f"{effect.shape}: {text.change(effect)}", width, "       ", "     * ")
    if len(used) > MOST_EFFECTS:
        lines.append(f"     * and {text.count(len(used) - MOST_EFFECTS, 'more shape')}")
    for finding in item.review:
        lines += _wrap(f"review {finding.severity} {finding.rule}: {finding.message}", width, "       ", "     ")
    return [*lines, ""]


def _findings(report: Report, width: int) -> list[str]:
    others = text.other_findings(report)
    if not others:
        return []
    lines = _title("Findings", len(others))
    for finding in others[:MOST_FINDINGS]:
        lines += _finding(finding, width, "")
    return lines + _more(len(others) - MOST_FINDINGS, "findings")


def _finding(finding: Finding, width: int, prefix: str) -> list[str]:
    return _wrap(f"{prefix}{finding.severity} {finding.rule}: {finding.message}", width, "     ", "  ")


def _more(number: int, what: str) -> list[str]:
    return [f"  ... {number} more {what} in the JSON report"] if number > 0 else []


def _shapes(report: Report, width: int) -> list[str]:
    lines = _title("Statements by time", len(report.shapes))
    several = len({shape.database for shape in report.shapes}) > 1
    for shape in text.by_time(report)[:MOST_SHAPES]:
        where = f" [{shape.database}]" if several else ""
        numbers = f"{text.count(shape.calls, 'call')}, total {text.milliseconds(shape.total_ms)}, "
        numbers += f"mean {text.milliseconds(shape.mean_ms)}, p95 {text.milliseconds(shape.p95_ms)}"
        lines += [f"  {shape.id}{where}  {numbers}", *_sql(text.one_line(shape.text, 3 * width), width, "    ")]
        if shape.sample:
            lines += _sql(f"sample: {text.one_line(shape.sample, 3 * width)}", width, "    ")
    return lines + _more(len(report.shapes) - MOST_SHAPES, "shapes")


def _silences(report: Report, width: int) -> list[str]:
    if not report.silences:
        return []
    lines = _title("Not recommended, and why", len(report.silences))
    for silence in text.silences_by_time(report)[:MOST_FINDINGS]:
        lines += _wrap(f"{silence.shape or silence.candidate}: {silence.reason}", width, "      ", "  ")
    return lines + _more(len(report.silences) - MOST_FINDINGS, "reasons")


def _skipped(report: Report, width: int) -> list[str]:
    if not report.skipped:
        return []
    lines = _title("Left out", sum(skip.count for skip in report.skipped))
    for skip in report.skipped[:MOST_FINDINGS]:
        example = f", for example {skip.example}" if skip.example else ""
        lines += _wrap(f"{skip.source}: {skip.reason} ({skip.count}x{example})", width, "      ", "  ")
    return lines + _more(len(report.skipped) - MOST_FINDINGS, "kinds")
