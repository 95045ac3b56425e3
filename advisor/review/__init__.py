"""Review of index migrations: rules over statements, with the catalogue and the workload where they are given."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from advisor.model.catalog import Catalog
from advisor.model.finding import Finding, Location
from advisor.model.workload import Workload
from advisor.review import checks as _checks  # noqa: F401  (registers the checks)
from advisor.review.context import Context, File, Step, build_context
from advisor.review.registry import BATCH_CHECKS, FILE_CHECKS, STATEMENT_CHECKS, Observation, checked_rules
from advisor.review.script import Script, role_of, sends_of
from advisor.review.waivers import apply_waivers
from advisor.rules import RuleSet

__all__ = ["Script", "review", "role_of", "sends_of", "silent_rules"]


def review(
    scripts: Sequence[Script], rules: RuleSet, *, catalog: Catalog | None = None, workload: Workload | None = None
) -> list[Finding]:
    """What the rules say about these scripts, sorted by place; waived findings are in the list, with the reason.

    `catalog` is the database before the scripts run. Rules that need a catalogue or workload that is not given stay silent;
    `silent_rules` names them. Never raises for what a script contains.
    """
    context = build_context(scripts, rules, catalog, workload)
    silent = {rule for ids in silent_rules(rules, catalog=catalog, workload=workload).values() for rule in ids}
    active = {rule for rule in rules if rules[rule].severity != "off"} - silent
    found: dict[str, list[tuple[int, Finding]]] = {file.script.path: [] for file in context.files}
    for file, rule, observation in _observations(context, active):
        statement = observation.step.statement if observation.step else None
        path = file.script.path
        line = observation.line or (statement.line if statement else 1)
        column = observation.column or (statement.column if statement else 1)
        fields: dict[str, object] = {"severity": observation.severity} if observation.severity else {}
        evidence = {**observation.evidence, **({"fix": observation.fix} if observation.fix else {})}
        finding = rules.finding(
            rule,
            observation.message,
            subject=observation.subject or path,
            evidence=evidence,
            locations=(Location(path, line, column),),
            **fields,
        )
        found[path].append((statement.start if statement else 0, finding))
    findings = [
        finding
        for file in context.files
        for finding in apply_waivers(file, found[file.script.path], rules, sorted(silent))
        if finding.severity != "off"
    ]
    return sorted(findings, key=lambda finding: (finding.locations, finding.rule, finding.message))


def silent_rules(rules: RuleSet, *, catalog: object = None, workload: object = None) -> dict[str, list[str]]:
    """Review rules that cannot speak, by what they lack: `{"catalog": [...], "workload": [...]}`."""
    given = {"catalog": catalog is not None, "workload": workload is not None}
    reviewed = sorted(rule for rule in checked_rules() if rule in rules)
    return {
        need: missing
        for need, present in given.items()
        if not present and (missing := [rule for rule in reviewed if need in rules[rule].needs])
    }


def _observations(context: Context, active: set[str]) -> Iterator[tuple[File, str, Observation]]:
    for file in context.files:
        for step in file.steps:
            for rule, (types, check) in STATEMENT_CHECKS.items():
                if rule in active and isinstance(step.statement, types):
                    for seen in check(step, step.statement, context):
                        yield file, rule, _at(seen, step)
        for rule, check_file in FILE_CHECKS.items():
            if rule in active:
                for seen in check_file(file, context):
                    yield file, rule, seen
    for batch in context.batches():
        for rule, check_batch in BATCH_CHECKS.items():
            if rule in active:
                for seen in check_batch(batch, context):
                    if seen.step is not None:
                        yield seen.step.file, rule, seen


def _at(seen: Observation, step: Step) -> Observation:
    return seen if seen.step else replace(seen, step=step)
