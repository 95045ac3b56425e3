"""The rule catalogue as text: one line a rule, or one rule with its examples."""

from pathlib import Path

from advisor.errors import UsageError
from advisor.files import read_text
from advisor.resources import data_dir
from advisor.rules import Rule, RuleSet, rule_files

LONGEST_EXAMPLE = 30
"""Lines; a plan as JSON has hundreds."""


def render_list(rules: RuleSet, style: str) -> str:
    """Every rule, sorted by id, as aligned text or as a Markdown table."""
    ordered = [rules[rule_id] for rule_id in sorted(rules)]
    if style == "markdown":
        rows = [f"| {r.id} | {r.name} | {r.severity} | {_sentence(r.condition)} |" for r in ordered]
        return "\n".join(["| rule | name | severity | fires when |", "|---|---|---|---|", *rows])
    if style != "text":
        raise UsageError(f"--format {style!r} is unknown", "Use text or markdown.")
    width = max(len(r.name) for r in ordered)
    return "\n".join(f"{r.id}  {r.severity:<8} {r.name:<{width}}" for r in ordered)


def render_rule(rules: RuleSet, rule_id: str) -> str:
    """One rule in full. UsageError when there is no such rule."""
    wanted = rule_id.upper()
    if wanted not in rules:
        raise UsageError(f"there is no rule {rule_id!r}", "`advisor rules list` prints every rule.")
    rule = rules[wanted]
    lines = [
        f"{rule.id} {rule.name} ({rule.severity})",
        "",
        f"When:    {_sentence(rule.condition)}",
        f"Effect:  {_sentence(rule.effect)}",
        f"Instead: {_sentence(rule.fix)}",
    ]
    if rule.needs:
        lines.append(f"Needs:   {', '.join(rule.needs)}")
    for name, value in rule.thresholds.items():
        lines.append(f"Threshold {name} = {value:g}")
    if rule.threshold_source:
        lines.append(f"  from {rule.threshold_source}")
    for title, path in _examples(rule):
        lines += ["", f"{title} ({path.name}):", *_shown(read_text(path))]
    return "\n".join([*lines, "", *rule.references]).rstrip()


def _examples(rule: Rule) -> list[tuple[str, Path]]:
    folder = next((p.parent for p in rule_files(data_dir("rules")) if p.parent.name == f"{rule.id}-{rule.name}"), None)
    if folder is None:
        return []
    found = []
    for title in ("Bad", "Good"):
        found += [(title, path) for path in sorted(folder.glob(f"{title.lower()}.*"))]
    return found


def _shown(example: str) -> list[str]:
    rows = [f"    {line}" for line in example.rstrip().splitlines()]
    return (
        rows
        if len(rows) <= LONGEST_EXAMPLE
        else [*rows[:LONGEST_EXAMPLE], f"    ... {len(rows) - LONGEST_EXAMPLE} more lines"]
    )


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."
