"""`-- advisor:ignore MIG101 -- reason`: which findings the author of a script has answered for, and what is wrong with the comments.

`advisor:ignore` covers the statement that it stands in or before, `advisor:ignore-file` the whole file. Rules may be given by id or
by name, several separated by commas. A waived finding stays in the list with its reason and does not fail.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from advisor.model.finding import Finding, Location
from advisor.review.context import File
from advisor.review.registry import checked_rules
from advisor.rules import RuleSet

NO_REASON = "no reason given"
NOWHERE = -1
"""The place of a waiver behind the last statement."""
_DIRECTIVE = re.compile(r"advisor:(?P<scope>ignore-file|ignore)\b(?P<rules>[^\r\n]*?)(?:--(?P<reason>.*))?$", re.DOTALL)


@dataclass(frozen=True)
class Waiver:
    """One rule in one comment. `start` is the offset of the statement that it covers, None for the whole file."""

    rule: str
    reason: str
    line: int
    start: int | None


def read_waivers(file: File, rules: RuleSet) -> list[Waiver]:
    """Every waiver of a script, in order; `rule` is an id, or the text as written when no rule is called that."""
    ids = {rules[rule].name: rule for rule in checked_rules() if rule in rules}
    ends = [step.statement.end for step in file.steps]
    waivers = []
    for comment in file.comments:
        match = _DIRECTIVE.match(comment.text)
        if not match:
            continue
        start = None
        if match["scope"] == "ignore":
            following = bisect_left(ends, comment.start)
            start = file.steps[following].statement.start if following < len(file.steps) else NOWHERE
        reason = " ".join((match["reason"] or "").split())
        for name in filter(None, re.split(r"[,\s]+", match["rules"])):
            waivers.append(Waiver(ids.get(name, name), reason, comment.line, start))
    return waivers


def apply_waivers(
    file: File, found: Sequence[tuple[int, Finding]], rules: RuleSet, silent: Sequence[str]
) -> list[Finding]:
    """The findings of one file, waived where its comments say so, and what is wrong with those comments.

    `found` pairs each finding with its offset in the file. A waiver of a rule in `silent` is not called unused: without a
    catalogue or workload nobody can know.
    """
    waivers = read_waivers(file, rules)
    covering = {(waiver.rule, waiver.start): waiver for waiver in reversed(waivers)}
    used: set[Waiver] = set()
    findings = []
    for offset, finding in found:
        waiver = covering.get((finding.rule, offset)) or covering.get((finding.rule, None))
        if waiver:
            used.add(waiver)
            finding = msgspec.structs.replace(finding, waived=waiver.reason or NO_REASON)
        findings.append(finding)
    for waiver in waivers:
        if problem := _problem(waiver, waiver in used, rules, silent):
            rule, message = problem
            place = Location(file.script.path, waiver.line, 1)
            findings.append(rules.finding(rule, message, subject=file.script.path, locations=(place,)))
    return findings


def _problem(waiver: Waiver, used: bool, rules: RuleSet, silent: Sequence[str]) -> tuple[str, str] | None:
    if waiver.rule not in rules:
        return "MIG913", f"no rule is called {waiver.rule}"
    if not used and waiver.rule not in silent:
        return "MIG911", f"{waiver.rule} is ignored here, and nothing here breaks it"
    if not waiver.reason:
        return "MIG912", f"{waiver.rule} is ignored without a reason"
    return None
