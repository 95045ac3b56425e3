"""Each condition of the gate, fired and not."""

from datetime import date
from pathlib import Path

import pytest

from advisor.errors import ConfigError
from advisor.gate.acknowledgements import Acknowledgement
from advisor.gate.baseline import Baseline, baseline_of
from advisor.gate.diff import reductions
from advisor.gate.policy import CONDITIONS, THRESHOLDS, policies, thresholds
from advisor.gate.roster import Condition, Roster, check, difference
from advisor.model.finding import Finding
from tests.unit.gate.states import (
    INDEX_PLAN,
    INVOICES,
    LOOP,
    ORDERS,
    REPRESENTATIVE,
    WHOLE_PLAN,
    billing_mended,
    billing_with_loop,
    index_for,
    loop,
    shape,
    state,
)

TODAY = date(2026, 3, 1)
PAIR = (shape(REPRESENTATIVE), shape(INVOICES))


def roster(before: Baseline | None, after: Baseline, **options: object) -> Roster:
    return check(before, after, today=TODAY, **options)  # type: ignore[arg-type]


def condition(name: str, before: Baseline | None, after: Baseline, **options: object) -> Condition:
    every = {"gate": {name: "fail"} | options.pop("gate", {})} if name in CONDITIONS else {}  # type: ignore[operator]
    found = roster(before, after, **every, **options)
    return next(item for item in found.conditions if item.name == name)


def fires(name: str, before: Baseline | None, after: Baseline) -> bool:
    return bool(condition(name, before, after).fired)


FIRED = {
    "index-lost": (state(shape()), state(shape(plan=WHOLE_PLAN, cost=900))),
    "cost-regression": (state(shape(cost=100)), state(shape(cost=140))),
    "n-plus-one-new": (state(*PAIR), state(*PAIR, findings=(loop(),))),
    "new-query-unindexed": (state(), state(shape(), recommendations=(index_for(ORDERS),))),
    "n-plus-one-grown": (state(*PAIR, findings=(loop(repeats=10),)), state(*PAIR, findings=(loop(repeats=40),))),
    "n-plus-one-known": (state(*PAIR, findings=(loop(),)), state(*PAIR, findings=(loop(),))),
    "repeated-query-new": (state(*PAIR), state(*PAIR, findings=(loop(rule="NP102", severity="warning"),))),
    "new-finding": (
        state(),
        state(findings=(Finding(rule="QRY001", severity="warning", message="m", subject=ORDERS),)),
    ),
    "sort-added": (state(shape()), state(shape(plan=WHOLE_PLAN))),
    "index-only-lost": (
        state(shape(plan="Index Only Scan(orders o, orders_created_idx)")),
        state(shape(plan="Index Scan(orders o, orders_created_idx)")),
    ),
    "join-strategy-changed": (
        state(shape(plan="Nested Loop[Seq Scan(a), Index Scan(b, b_pkey)]")),
        state(shape(plan="Hash Join[Seq Scan(a), Hash[Index Scan(b, b_pkey)]]")),
    ),
    "query-disappeared": (state(shape()), state()),
    "not-planned": (state(), state(shape(cost=None, plan="", not_planned="syntax error"))),
    "planner-changed": (state(shape()), state(shape(), server="PostgreSQL 17.2 (local)")),
    "stats-assumed": (state(shape()), state(shape(), statistics="none")),
    "no-plans": (state(), state(shape(cost=None, plan="", not_planned="no schema given"))),
    "no-baseline": (None, state()),
    "new-query": (state(), state(shape())),
    "n-plus-one-gone": (state(*PAIR, findings=(loop(),)), state(*PAIR)),
}

SILENT = {
    "index-lost": (state(shape(cost=900)), state(shape(plan=WHOLE_PLAN, cost=40))),
    "cost-regression": (state(shape(cost=100)), state(shape(cost=109))),
    "n-plus-one-new": (state(*PAIR), state(*PAIR, findings=(loop(severity="info"),))),
    "new-query-unindexed": (state(shape()), state(shape(), recommendations=(index_for(ORDERS),))),
    "n-plus-one-grown": (state(*PAIR, findings=(loop(repeats=10),)), state(*PAIR, findings=(loop(repeats=12),))),
    "n-plus-one-known": (state(*PAIR), state(*PAIR, findings=(loop(),))),
    "repeated-query-new": (state(*PAIR), state(*PAIR, findings=(loop(),))),
    "new-finding": (state(), state(findings=(Finding(rule="QRY001", severity="info", message="m", subject=ORDERS),))),
    "sort-added": (state(shape(plan=WHOLE_PLAN)), state(shape())),
    "index-only-lost": (
        state(shape(plan="Index Only Scan(orders o, a)")),
        state(shape(plan="Index Only Scan(orders o, b)")),
    ),
    "join-strategy-changed": (state(shape()), state(shape(plan=WHOLE_PLAN))),
    "query-disappeared": (state(shape()), state(shape(calls=1))),
    "not-planned": (state(), state(shape())),
    "planner-changed": (state(shape()), state(shape(), server="PostgreSQL 18.9 (local)")),
    "stats-assumed": (state(shape()), state(shape(), statistics="reduced")),
    "no-plans": (state(), state(shape())),
    "no-baseline": (state(), state()),
    "new-query": (state(shape()), state(shape())),
    "n-plus-one-gone": (state(*PAIR, findings=(loop(),)), state(*PAIR, findings=(loop(),))),
}


@pytest.mark.parametrize("name", sorted(FIRED))
def test_condition_fires(name: str) -> None:
    found = condition(name, *FIRED[name])
    assert found.fired
    assert found.conclusion == "fail"


@pytest.mark.parametrize("name", sorted(SILENT))
def test_condition_stays_silent(name: str) -> None:
    found = condition(name, *SILENT[name])
    assert found.fired == ()
    assert found.conclusion == "pass"


def test_every_condition_is_tested_both_ways() -> None:
    assert {*FIRED, "expired-acknowledgement"} == {*SILENT, "expired-acknowledgement"} == set(CONDITIONS)


def test_equal_states_fire_nothing_but_what_is_known() -> None:
    same = baseline_of(billing_with_loop())
    assert [c.name for c in roster(same, same).conditions if c.fired] == ["n-plus-one-known"]


@pytest.mark.parametrize(("before", "after"), [(5.0, 14.0), (10_000.0, 10_900.0)])
def test_a_cost_must_rise_in_per_cent_and_in_units(before: float, after: float) -> None:
    assert not fires("cost-regression", state(shape(cost=before)), state(shape(cost=after)))


def test_costs_of_different_servers_are_not_compared_but_plans_are() -> None:
    before, after = state(shape(cost=100)), state(shape(cost=9000, plan=WHOLE_PLAN), server="PostgreSQL 16.1 (local)")
    assert not fires("cost-regression", before, after)
    assert fires("index-lost", before, after)


def test_a_query_that_was_planned_and_is_no_more_is_not_silently_green() -> None:
    assert fires("not-planned", state(shape()), state(shape(cost=None, plan="")))


def test_each_side_of_a_self_join_is_looked_at() -> None:
    before = state(shape(plan="Hash Join[Index Scan(orders a, x), Hash[Index Scan(orders b, x)]]", cost=50))
    after = state(shape(plan="Hash Join[Index Scan(orders a, x), Hash[Seq Scan(orders b)]]", cost=500))
    (fired,) = condition("index-lost", before, after).fired
    assert "orders b" in fired.change.message
    assert "orders a" not in fired.change.message


def test_without_a_baseline_a_loop_counts_as_new() -> None:
    found = roster(None, baseline_of(billing_with_loop()))
    assert found.exit_code == 1
    assert {c.name for c in found.conditions if c.fired} == {"n-plus-one-new", "no-baseline"}


def test_the_loop_against_a_clean_baseline_fails() -> None:
    found = roster(baseline_of(billing_mended()), baseline_of(billing_with_loop()))
    assert found.exit_code == 1
    assert found.conditions[0].name == "n-plus-one-new"


def test_the_mended_loop_passes_with_the_reduction_in_per_cent() -> None:
    found = roster(baseline_of(billing_with_loop()), baseline_of(billing_mended()))
    assert found.exit_code == 0
    whole, pair = found.savings
    assert (whole.before, whole.after, whole.percent) == (410, 11, 97.3)
    assert (pair.fingerprint, pair.before, pair.after, pair.percent) == (LOOP, 400, 0, 100.0)


def test_more_calls_are_a_negative_reduction_and_none_before_no_number() -> None:
    (whole,) = reductions(state(shape(calls=10)), state(shape(calls=15)))
    assert whole.percent == -50.0
    (nothing,) = reductions(state(), state(shape()))
    assert nothing.percent is None


def test_a_policy_decides_between_failing_showing_and_hiding() -> None:
    before, after = FIRED["index-lost"]
    by_policy = {
        policy: next(c for c in roster(before, after, gate={"index-lost": policy}).conditions if c.name == "index-lost")
        for policy in ("fail", "warn", "off")
    }
    assert {policy: (c.conclusion, len(c.fired)) for policy, c in by_policy.items()} == {
        "fail": ("fail", 1),
        "warn": ("warn", 1),
        "off": ("off", 0),
    }


def test_a_threshold_can_be_raised() -> None:
    before, after = FIRED["cost-regression"]
    assert not condition("cost-regression", before, after, gate_thresholds={"cost-regression-percent": 50}).fired


def test_unknown_conditions_policies_and_thresholds_are_named() -> None:
    with pytest.raises(ConfigError) as unknown:
        policies({"index-los": "fail"})
    assert unknown.value.hint == "Did you mean 'index-lost'?"
    with pytest.raises(ConfigError, match="'red'"):
        policies({"index-lost": "red"})
    with pytest.raises(ConfigError, match="no threshold"):
        thresholds({"cost": 1})
    assert thresholds({}) == THRESHOLDS


def acknowledged(until: str, condition: str = "") -> list[Acknowledgement]:
    day = date.fromisoformat(until)
    return [Acknowledgement(fingerprint=ORDERS, condition=condition, reason="agreed", until=day)]


def test_an_acknowledged_change_is_shown_and_does_not_fail() -> None:
    found = condition("cost-regression", *FIRED["cost-regression"], acknowledgements=acknowledged("2026-03-01"))
    assert [fired.acknowledged for fired in found.fired] == ["agreed (until 2026-03-01)"]
    assert found.conclusion == "pass"


def test_an_acknowledgement_covers_its_own_condition_and_fingerprint_only() -> None:
    other = acknowledged("2026-12-31", "index-lost")
    assert condition("cost-regression", *FIRED["cost-regression"], acknowledgements=other).conclusion == "fail"
    assert condition("n-plus-one-new", *FIRED["n-plus-one-new"], acknowledgements=other).conclusion == "fail"


def test_an_expired_acknowledgement_fails_by_itself_and_covers_nothing() -> None:
    found = roster(*FIRED["cost-regression"], acknowledgements=acknowledged("2026-02-28"))
    assert [c.name for c in found.conditions if c.conclusion == "fail"] == [
        "cost-regression",
        "expired-acknowledgement",
    ]


def test_a_valid_acknowledgement_does_not_fire_the_expired_condition() -> None:
    assert not condition("expired-acknowledgement", state(), state(), acknowledgements=acknowledged("2026-03-01")).fired


def test_a_difference_judges_nothing() -> None:
    found = difference(baseline_of(billing_mended()), baseline_of(billing_with_loop()))
    assert found.exit_code == 0
    assert "n-plus-one-new" in [c.name for c in found.conditions if c.fired]


def test_the_roster_names_every_condition_and_does_not_depend_on_the_order_of_input() -> None:
    found = roster(state(shape(), *PAIR), state(*PAIR, shape()))
    assert {c.name for c in found.conditions} == set(CONDITIONS)
    assert found == roster(state(*PAIR, shape()), state(shape(), *PAIR))


def test_index_plan_of_the_fixture_is_read_as_an_index_plan() -> None:
    assert not fires("index-lost", state(shape(plan=INDEX_PLAN)), state(shape(plan=INDEX_PLAN, cost=9000)))


def test_the_documentation_lists_every_condition_and_threshold_with_its_default() -> None:
    page = (Path(__file__).parents[3] / "docs/gate.md").read_text()
    for name, (policy, meaning) in CONDITIONS.items():
        assert f"| `{name}` | {policy} | {meaning} |" in page
    for name, number in THRESHOLDS.items():
        assert f"| `{name}` | {number:g} |" in page
