"""Which conditions there are, what each of them does by default, and the numbers at which they fire.

Policies: `fail` ends the check with exit code 1, `warn` is shown, `off` is not computed for anybody. Both tables can be overridden in
advisor.toml (`[gate]` and `[gate_thresholds]`).
"""

import difflib
from collections.abc import Mapping

from advisor.errors import ConfigError

POLICIES = ("fail", "warn", "off")

CONDITIONS: dict[str, tuple[str, str]] = {
    "index-lost": ("fail", "a relation that was read by an index is read whole, and the plan costs more"),
    "cost-regression": ("fail", "the planner's cost rose by more than the threshold"),
    "n-plus-one-new": ("fail", "a loop of statements that the baseline does not have"),
    "new-query-unindexed": ("fail", "a query that the baseline does not have lacks an index"),
    "expired-acknowledgement": ("fail", "an acknowledgement is past its date"),
    "n-plus-one-grown": ("warn", "a known loop repeats more often in a unit of work"),
    "n-plus-one-known": ("warn", "a loop of the baseline is still there"),
    "repeated-query-new": ("warn", "a repeated question or a possible batch that the baseline does not have"),
    "new-finding": ("warn", "a finding that the baseline does not have"),
    "sort-added": ("warn", "the plan sorts where it did not"),
    "index-only-lost": ("warn", "an index alone answered before, now the table is visited"),
    "join-strategy-changed": ("warn", "the plan joins in another way"),
    "query-disappeared": ("warn", "a query of the baseline was not seen"),
    "not-planned": ("warn", "a query could not be planned, so nothing is known about its cost"),
    "planner-changed": ("warn", "another server version or other statistics planned: costs were not compared"),
    "stats-assumed": ("warn", "planned without production statistics: costs are of assumed sizes"),
    "no-plans": ("warn", "nothing was planned: index and cost conditions could not be checked"),
    "no-baseline": ("warn", "there is no baseline, so everything counts as new"),
    "new-query": ("off", "a query that the baseline does not have"),
    "n-plus-one-gone": ("off", "a loop of the baseline is gone"),
}
"""name -> (default policy, what it means), in the order of reports."""

THRESHOLDS: dict[str, float] = {
    "cost-regression-percent": 10,
    "cost-regression-units": 10,
    "n-plus-one-grown-percent": 50,
}
"""Cost: 10 % and 10 cost units, regresql's defaults for a regression and for plans too cheap to matter; both must be exceeded."""


def policies(overrides: Mapping[str, str]) -> dict[str, str]:
    """Condition -> policy. ConfigError names an unknown condition or policy, with the nearest known one."""
    for name, policy in overrides.items():
        _known(name, CONDITIONS, "condition")
        if policy not in POLICIES:
            raise ConfigError(f"the policy of {name} is {policy!r}", f"Use {', '.join(POLICIES)}.")
    return {name: overrides.get(name, default) for name, (default, _) in CONDITIONS.items()}


def thresholds(overrides: Mapping[str, float]) -> dict[str, float]:
    """Threshold -> number. ConfigError names an unknown threshold."""
    for name in overrides:
        _known(name, THRESHOLDS, "threshold")
    return {**THRESHOLDS, **overrides}


def _known(name: str, known: Mapping[str, object], what: str) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known)}."
        raise ConfigError(f"the gate has no {what} {name!r}", hint)
