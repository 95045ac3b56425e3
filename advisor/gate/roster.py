"""The roster: every condition, fired or not, with its policy and conclusion. Exit code and every output read this one value."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from advisor.gate.acknowledgements import Acknowledgement
from advisor.gate.baseline import Baseline
from advisor.gate.diff import Change, Reduction, compare, reductions
from advisor.gate.policy import CONDITIONS, policies, thresholds


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """One change, and the reason with which somebody acknowledged it, if so."""

    change: Change
    acknowledged: str = ""


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """`conclusion` is `fail`, `warn`, `pass` or `off`. Acknowledged changes are listed and conclude nothing."""

    name: str
    meaning: str
    policy: str
    conclusion: str
    fired: tuple[Fired, ...] = ()


class Saving(msgspec.Struct, frozen=True, kw_only=True):
    """Calls before and after, see `diff.Reduction`; `percent` is null when there were none before."""

    fingerprint: str
    text: str
    before: int
    after: int
    percent: float | None


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """The whole result of a check. Failing conditions come first, then warning, passing and switched-off ones."""

    version: int = 1
    exit_code: int
    queries_reduction_percent: float | None = None
    """Share of all calls that went away; negative when there are more, null without a baseline or calls in it."""
    conditions: tuple[Condition, ...]
    savings: tuple[Saving, ...] = ()


_ORDER = ("fail", "warn", "pass", "off")


def check(
    before: Baseline | None,
    after: Baseline,
    *,
    today: date,
    acknowledgements: Sequence[Acknowledgement] = (),
    gate: Mapping[str, str] = {},
    gate_thresholds: Mapping[str, float] = {},
) -> Roster:
    """Compare, apply acknowledgements and policy. ConfigError for an unknown condition, policy or threshold."""
    chosen = policies(gate)
    changes = [*compare(before, after, thresholds(gate_thresholds)), *_expired(acknowledgements, today)]
    valid = [item for item in acknowledgements if item.until >= today]
    conditions = [_condition(name, chosen[name], changes, valid) for name in CONDITIONS]
    ordered = sorted(conditions, key=lambda condition: _ORDER.index(condition.conclusion))
    failing = any(condition.conclusion == "fail" for condition in conditions)
    savings = [_saving(reduction) for reduction in reductions(before, after)] if before else []
    return Roster(
        exit_code=int(failing),
        queries_reduction_percent=savings[0].percent if savings else None,
        conditions=tuple(ordered),
        savings=tuple(savings),
    )


def difference(before: Baseline, after: Baseline) -> Roster:
    """The roster of a comparison that judges nothing: every condition is shown, none fails."""
    return check(before, after, today=date.min, gate=dict.fromkeys(CONDITIONS, "warn"))


def _condition(name: str, policy: str, changes: Iterable[Change], valid: Sequence[Acknowledgement]) -> Condition:
    meaning = CONDITIONS[name][1]
    if policy == "off":
        return Condition(name=name, meaning=meaning, policy=policy, conclusion="off")
    fired = tuple(
        Fired(change=change, acknowledged=_reason(change, valid)) for change in changes if change.condition == name
    )
    conclusion = policy if any(not item.acknowledged for item in fired) else "pass"
    return Condition(name=name, meaning=meaning, policy=policy, conclusion=conclusion, fired=fired)


def _reason(change: Change, valid: Sequence[Acknowledgement]) -> str:
    for item in valid:
        if item.fingerprint == change.fingerprint and item.condition in ("", change.condition):
            return f"{item.reason} (until {item.until.isoformat()})"
    return ""


def _expired(acknowledgements: Sequence[Acknowledgement], today: date) -> list[Change]:
    return [
        Change(
            condition="expired-acknowledgement",
            fingerprint=item.fingerprint,
            message=f"held until {item.until.isoformat()}: {item.reason}",
        )
        for item in acknowledgements
        if item.until < today
    ]


def _saving(reduction: Reduction) -> Saving:
    return Saving(
        fingerprint=reduction.fingerprint,
        text=reduction.text,
        before=reduction.before,
        after=reduction.after,
        percent=reduction.percent,
    )
