"""Findings about files as compilers print them: `path:line:column: severity RULE message`, the repair below, a summary last."""

from itertools import groupby

from advisor.model.finding import SEVERITIES, Finding
from advisor.report.text import count
from advisor.review.lint import LintResult
from advisor.rules import RuleSet

OPTIONS = {"catalog": "--schema, --catalog or --postgres", "workload": "--workload"}
"""What to give for the rules that were silent."""


def render(result: LintResult, rules: RuleSet) -> str:
    """One paragraph a file, the repair once per rule and file; then counts, and what could not be checked."""
    lines: list[str] = []
    for _, group in groupby(result.findings, key=lambda finding: finding.locations[0].file):
        explained: set[str] = set()
        for finding in group:
            lines.append(_line(finding))
            fix = " ".join(str(finding.evidence.get("fix") or rules[finding.rule].fix).split())
            if not finding.waived and fix not in explained:
                explained.add(fix)
                lines.append(f"  fix: {fix}")
        lines.append("")
    lines.append(_summary(result))
    lines += [f"not checked without {OPTIONS[need]}: {', '.join(ids)}" for need, ids in sorted(result.silent.items())]
    return "\n".join(lines) + "\n"


def _line(finding: Finding) -> str:
    place = finding.locations[0]
    waived = f" (ignored: {finding.waived})" if finding.waived else ""
    message = " ".join(finding.message.split())
    return f"{place.file}:{place.line}:{place.column}: {finding.severity} {finding.rule} {message}{waived}"


def _summary(result: LintResult) -> str:
    active = [finding for finding in result.findings if not finding.waived]
    counts = [(severity, sum(f.severity == severity for f in active)) for severity in reversed(SEVERITIES)]
    words = [count(number, severity) for severity, number in counts if number] or ["no findings"]
    ignored = len(result.findings) - len(active)
    return f"{', '.join(words)}{f', {ignored} ignored' if ignored else ''} in {count(len(result.files), 'file')}"
