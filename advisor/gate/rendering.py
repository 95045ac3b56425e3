"""A roster as text, JSON and Markdown. Nothing is decided here: conclusions come from the roster."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from advisor.errors import UsageError
from advisor.files import write_new
from advisor.gate.roster import Condition, Fired, Roster, Saving
from advisor.report.markdown import code, escape
from advisor.report.text import count

MARKER = "<!-- advisor:v1 -->"
"""Lets a CI job find its earlier comment on a pull request and replace it."""


def text(roster: Roster) -> str:
    """For a terminal or a CI log: what fired in full, the rest by name. The caller cleans control characters."""
    lines = [_headline(roster)]
    lines += [f"  {_saving(saving)}" for saving in roster.savings]
    for condition in roster.conditions:
        if condition.fired:
            lines += [
                "",
                f"{condition.conclusion.upper():<5} {condition.name} ({len(condition.fired)}): {condition.meaning}",
            ]
            lines += [line for fired in condition.fired for line in _fired(fired)]
    lines += ["", f"not fired: {_names(roster, 'pass')}"]
    if off := _names(roster, "off"):
        lines.append(f"off: {off}")
    return "\n".join(lines) + "\n"


def json(roster: Roster) -> str:
    """The roster as it is."""
    return msgspec.json.format(msgspec.json.encode(roster), indent=1).decode() + "\n"


def markdown(roster: Roster) -> str:
    """For a pull request comment or a step summary."""
    lines = [MARKER, f"# {_headline(roster)}", ""]
    lines += [f"- {escape(_saving(saving))}" for saving in roster.savings]
    for condition in roster.conditions:
        if condition.fired:
            lines += [
                "",
                f"## {condition.conclusion}: {condition.name} ({len(condition.fired)})",
                "",
                f"{condition.meaning}.",
                "",
            ]
            lines += [line for fired in condition.fired for line in _fired_markdown(fired)]
    lines += ["", f"Not fired: {_names(roster, 'pass')}."]
    if off := _names(roster, "off"):
        lines.append(f"Off: {off}.")
    return "\n".join(lines) + "\n"


FORMATS: dict[str, Callable[[Roster], str]] = {"text": text, "json": json, "markdown": markdown}


def render(roster: Roster, format: str) -> str:
    """The roster in that format; UsageError lists the formats there are."""
    if format not in FORMATS:
        raise UsageError(f"--format {format!r} is unknown", f"Use one of: {', '.join(FORMATS)}.")
    return FORMATS[format](roster)


def outputs_of(values: Sequence[str], format: str) -> list[tuple[str, Path]]:
    """`["json=a.json"]` -> [("json", Path("a.json"))], and `format` checked as well, before anything is analysed."""
    outputs = []
    for value in values:
        name, equals, file = value.partition("=")
        if not equals or not file or name not in FORMATS:
            raise UsageError(f"--output {value!r} is not FORMAT=FILE", f"FORMAT is one of: {', '.join(FORMATS)}.")
        outputs.append((name, Path(file)))
    if format not in FORMATS:
        raise UsageError(f"--format {format!r} is unknown", f"Use one of: {', '.join(FORMATS)}.")
    return outputs


def write_outputs(roster: Roster, outputs: Sequence[tuple[str, Path]]) -> None:
    """Render every format first, then write the files, replacing older ones."""
    for (_, path), content in zip(outputs, [render(roster, name) for name, _ in outputs], strict=True):
        write_new(path, content, replace=True)


def _headline(roster: Roster) -> str:
    failing = [condition.name for condition in roster.conditions if condition.conclusion == "fail"]
    warning = [condition.name for condition in roster.conditions if condition.conclusion == "warn"]
    verdict = f"failed: {', '.join(failing)}" if failing else "passed"
    if all(condition.policy != "fail" for condition in roster.conditions):
        verdict = "compared, nothing is judged"
    return f"advisor check {verdict}" + (f"; warnings: {', '.join(warning)}" if warning else "")


def _saving(saving: Saving) -> str:
    subject = f"loop {saving.fingerprint} ({saving.text})" if saving.fingerprint else "all statements"
    calls = f"{saving.before:,} -> {count(saving.after, 'call')}"
    if saving.percent is None:
        return f"{subject}: {calls}"
    direction = f"{saving.percent:g} % fewer" if saving.percent >= 0 else f"{-saving.percent:g} % more"
    return f"{subject}: {calls}, {direction}"


def _fired(fired: Fired) -> list[str]:
    change = fired.change
    lines = [f"  {' '.join(part for part in (change.fingerprint, _database(fired), change.message) if part)}"]
    if change.before:
        lines.append(f"    before: {change.before}")
    if change.after:
        lines.append(f"    now:    {change.after}")
    if fired.acknowledged:
        lines.append(f"    acknowledged: {fired.acknowledged}")
    return lines


def _fired_markdown(fired: Fired) -> list[str]:
    change = fired.change
    name = f"{code(change.fingerprint)} " if change.fingerprint else ""
    lines = [f"- {name}{escape(' '.join(part for part in (_database(fired), change.message) if part))}"]
    if change.before:
        lines.append(f"  - before: {code(change.before)}")
    if change.after:
        lines.append(f"  - now: {code(change.after)}")
    if fired.acknowledged:
        lines.append(f"  - acknowledged: {escape(fired.acknowledged)}")
    return lines


def _database(fired: Fired) -> str:
    return f"[{fired.change.database}]" if fired.change.database and fired.change.fingerprint else ""


def _names(roster: Roster, conclusion: str) -> str:
    names: list[Condition] = [c for c in roster.conditions if c.conclusion == conclusion and not c.fired]
    return ", ".join(condition.name for condition in names)
