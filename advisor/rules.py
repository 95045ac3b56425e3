"""The rule catalogue: `rules/<family>/<ID>-<name>/rule.toml` with its bad and good examples. Data only.

The logic of a rule is a function registered under its id (`advisor.detect`, `advisor.review`); this module owns the texts,
the severities and the thresholds, and lets configuration override the last two.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from advisor.errors import ConfigError
from advisor.model.finding import SEVERITIES, Finding
from advisor.resources import data_dir


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `rule.toml`. The four texts are one sentence each."""

    id: str
    name: str
    """Names the wrong thing, so that "allow <name>" reads well."""
    severity: str
    engine: str = "postgres"
    needs: tuple[str, ...] = ()
    """`catalog`, `workload`: without them the rule stays silent."""
    since: str
    condition: str
    effect: str
    fix: str
    thresholds: dict[str, float] = {}
    threshold_source: str = ""
    """Where the numbers come from."""
    references: tuple[str, ...] = ()
    live: dict[str, str] = {}
    """What a server does with the bad example: `bad_fails_with = "25001"`."""


class RuleSet(Mapping[str, Rule]):
    """All known rules by id, with overrides applied."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = {rule.id: rule for rule in rules}

    def __getitem__(self, key: str) -> Rule:
        return self._rules[key]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def threshold(self, rule_id: str, name: str) -> float:
        """The number `name` of rule `rule_id`. KeyError means the rule.toml lacks it: a bug of ours."""
        return self._rules[rule_id].thresholds[name]

    def finding(self, rule_id: str, message: str, **fields: object) -> Finding:
        """A Finding of that rule, at the rule's severity unless `severity` is given."""
        fields.setdefault("severity", self._rules[rule_id].severity)
        fields.setdefault("engine", self._rules[rule_id].engine)
        return Finding(rule=rule_id, message=message, **fields)  # type: ignore[arg-type]

    def override(self, severities: Mapping[str, str], thresholds: Mapping[str, Mapping[str, float]]) -> "RuleSet":
        """A copy with severities and thresholds replaced; an unknown rule or threshold is a ConfigError."""
        changed = dict(self._rules)
        for rule_id in {*severities, *thresholds}:
            if rule_id not in changed:
                raise ConfigError(f"unknown rule {rule_id!r}", "`advisor rules list` prints every rule.")
            rule = changed[rule_id]
            for name in thresholds.get(rule_id, {}):
                if name not in rule.thresholds:
                    known = ", ".join(rule.thresholds) or "none"
                    raise ConfigError(f"rule {rule_id} has no threshold {name!r}", f"It has: {known}.")
            severity = severities.get(rule_id, rule.severity)
            if severity not in (*SEVERITIES, "off"):
                raise ConfigError(f"severity of {rule_id} is {severity!r}", f"Use {', '.join(SEVERITIES)} or off.")
            changed[rule_id] = msgspec.structs.replace(
                rule, severity=severity, thresholds={**rule.thresholds, **thresholds.get(rule_id, {})}
            )
        return RuleSet(changed.values())


def load_rules(*extra: Path) -> RuleSet:
    """Every rule of the package and of the folders in `extra`; a broken or doubled rule is a ConfigError."""
    rules: dict[str, Rule] = {}
    for folder in (data_dir("rules"), *extra):
        for path in rule_files(folder):
            rule = _load_rule(path)
            if rule.id in rules:
                raise ConfigError(f"rule {rule.id} is defined twice, again in {path}", "Give it an id of its own.")
            rules[rule.id] = rule
    return RuleSet(rules.values())


@cache
def default_rules() -> RuleSet:
    """The package's own rules, loaded once."""
    return load_rules()


def rule_files(folder: Path) -> list[Path]:
    """Paths of all `rule.toml` below `folder`, sorted."""
    if not folder.is_dir():
        raise ConfigError(
            f"rule folder {folder} does not exist", "Give the folder that holds <family>/<ID>-<name>/rule.toml."
        )
    return sorted(folder.glob("*/*/rule.toml"))


def _load_rule(path: Path) -> Rule:
    try:
        rule = msgspec.toml.decode(path.read_bytes(), type=Rule)
    except (msgspec.DecodeError, OSError) as error:
        raise ConfigError(f"{path}: {error}", "Compare it with a rule.toml of the package.") from error
    if path.parent.name != f"{rule.id}-{rule.name}":
        raise ConfigError(f"{path}: the folder must be called {rule.id}-{rule.name}", "Rename the folder.")
    if rule.severity not in SEVERITIES:
        raise ConfigError(f"{path}: severity {rule.severity!r} is unknown", f"Use {', '.join(SEVERITIES)}.")
    return rule
