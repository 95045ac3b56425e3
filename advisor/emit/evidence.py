"""The header of a migration: why the index exists, as plain lines that can be written as comments anywhere.

Statement text is a stranger's. `comment_line` is the only way it gets into a file: one line, no control or invisible characters, and
nothing that a later reader of the file could take for an instruction of ours.
"""

import re

from advisor.model.recommendation import Effect, Recommendation
from advisor.model.report import Planner, Report
from advisor.report import text

STATEMENT_WIDTH = 160
"""Characters of a statement that a header shows; the report has the rest."""
_INSTRUCTION = re.compile(r"advisor\s*:", re.IGNORECASE)


def comment_line(value: str, width: int = 10_000) -> str:
    """`value` as one line that cannot end a `--` or a `/* */` comment, nor waive a rule (`advisor:ignore`)."""
    flat = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in " ".join(value.split()))
    harmless = flat.replace("*/", "* /").replace("/*", "/ *")
    return text.one_line(_INSTRUCTION.sub("advisor :", harmless), width)


def header(item: Recommendation, report: Report, edited: str = "") -> tuple[str, ...]:
    """Evidence for one recommendation: what it serves, the cost before and after and who measured it, size, write cost.

    `edited` is the reason a person gave for changing the DDL: the numbers are then those of the DDL as recommended.
    """
    planner = next((p for p in report.planners if p.database == item.database), None)
    lines = [f"{item.name} on {item.relation}" + (f", database {item.database}" if item.database else "")]
    lines += [f"why: {reason}" for reason in item.reasons]
    lines += _served(item, {shape.id: shape.text for shape in report.shapes})
    lines.append(f"cost before -> after: {_cost(item)} planner cost units over all calls, {_measured(item, planner)}")
    lines.append(f"size: {_size(item)}; {_writes(item)}; confidence {item.confidence}")
    if planner:
        lines += [f"note: {note}" for note in planner.notes]
    if edited:
        lines.append(f"edited by hand after the measurement: {edited}")
    lines.append(f"recommendation {item.id}")
    return tuple(comment_line(line) for line in lines)


def proposal(report: Report, item: Recommendation) -> str:
    """One recommendation for a person to decide on: the DDL, the evidence, the plans before and after, what the review said."""
    lines = ["; ".join(item.ddl) or item.action, *header(item, report)]
    for effect in item.effects:
        if effect.used and (effect.plan_before or effect.plan_after):
            lines.append(f"plan of {effect.shape}: {effect.plan_before} -> {effect.plan_after}")
    lines += [f"risk: {f.severity} {f.rule} {f.message}{' (waived)' if f.waived else ''}" for f in item.review]
    lines.append(f"undo: {'; '.join(item.undo)}")
    return "\n  ".join(comment_line(line) for line in lines)


def _served(item: Recommendation, texts: dict[str, str]) -> list[str]:
    used = [effect for effect in item.effects if effect.used]
    calls = sum(effect.calls for effect in used)
    lines = [f"serves {text.count(len(item.shapes), 'statement')}, {text.count(calls, 'call')}:"]
    return lines + [f"  {_effect(effect)}: {_shown(texts.get(effect.shape, ''))}" for effect in used]


def _effect(effect: Effect) -> str:
    costs = f"cost {text.cost(effect.cost_before)} -> {text.cost(effect.cost_after)}"
    return f"{effect.shape} {text.count(effect.calls, 'call')}, {costs}"


def _shown(statement: str) -> str:
    return text.one_line(statement, STATEMENT_WIDTH)


def _cost(item: Recommendation) -> str:
    return f"{text.cost(item.cost_before)} -> {text.cost(item.cost_after)}"


def _measured(item: Recommendation, planner: Planner | None) -> str:
    means = {
        "twin": "planned on a statistics twin",
        "hypopg": "planned with a hypothetical index",
        "executed": "executed",
        "explain": "planned on the database",
        "heuristic": "not measured",
    }.get(item.measured_by, item.measured_by)
    return f"{means} ({planner.server}, statistics: {planner.statistics})" if planner else means


def _size(item: Recommendation) -> str:
    return "unknown" if item.size_bytes is None else f"about {text.size(item.size_bytes)}"


def _writes(item: Recommendation) -> str:
    return "write cost unknown" if item.write_cost is None else f"+{item.write_cost:.0%} on the cost of inserting a row"
