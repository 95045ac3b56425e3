"""Configuration: `advisor.toml`, or `[tool.advisor]` in pyproject.toml. Unknown keys are errors, with a suggestion.

fail_on = "error"                     # info | warning | error
rule_dirs = ["ops/advisor-rules"]     # rule folders of your own
[rules.QRY002]
severity = "off"                      # off | info | warning | error
[rules.QRY001.thresholds]
rows = 50000
[gate]
"n-plus-one-new" = "fail"             # fail | warn | off
[gate_thresholds]
"cost-regression-percent" = 10
"""

import difflib
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from advisor.errors import ConfigError
from advisor.files import read_text
from advisor.rules import RuleSet, load_rules


class RuleOverride(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a project changes about one rule."""

    severity: str | None = None
    thresholds: dict[str, float] = {}


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings, with their defaults."""

    fail_on: str = "error"
    rule_dirs: tuple[str, ...] = ()
    critical_tables: tuple[str, ...] = ()
    rules: dict[str, RuleOverride] = {}
    gate: dict[str, str] = {}
    gate_thresholds: dict[str, float] = {}

    def rule_set(self, folder: Path = Path()) -> RuleSet:
        """The rules with this configuration applied; `rule_dirs` are relative to `folder`."""
        severities = {rule_id: change.severity for rule_id, change in self.rules.items() if change.severity}
        thresholds = {rule_id: change.thresholds for rule_id, change in self.rules.items()}
        return load_rules(*(folder / name for name in self.rule_dirs)).override(severities, thresholds)


def load_config(path: Path | None = None, folder: Path = Path()) -> Config:
    """The configuration in `path`, else in `folder`'s advisor.toml, else in its pyproject.toml, else the defaults."""
    if path is not None:
        return _decode(_toml(path), path)
    own = folder / "advisor.toml"
    if own.is_file():
        return _decode(_toml(own), own)
    project = folder / "pyproject.toml"
    if project.is_file():
        table = _toml(project).get("tool", {}).get("advisor", {})
        return _decode(table, project)
    return Config()


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}", "Mend the TOML at that place.") from error


def _decode(table: dict[str, Any], path: Path) -> Config:
    known = [field.name for field in msgspec.structs.fields(Config)]
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(known)}."
            raise ConfigError(f"{path}: unknown key {key!r}", hint)
    try:
        return msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}", "docs/configuration.md lists every key and its values.") from error
