"""What changed between two states: a pure function from two baselines to Changes. Policy and acknowledgements come later."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from advisor.gate.baseline import Baseline, LoopLine, PlannerLine, QueryLine
from advisor.gate.outline import Reading, read_outline
from advisor.gate.policy import THRESHOLDS
from advisor.report.text import cost, count, one_line

_MAJOR = re.compile(r"\d+")
_SQL_WIDTH = 200


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a condition fires on. `before` and `after` are for people: plans, costs, counts."""

    condition: str
    fingerprint: str = ""
    database: str = ""
    message: str
    before: str = ""
    after: str = ""


class Reduction(msgspec.Struct, frozen=True, kw_only=True):
    """How often statements ran before and after; `fingerprint` is a loop's, or `` for the whole workload."""

    fingerprint: str = ""
    text: str = ""
    before: int
    after: int

    @property
    def percent(self) -> float | None:
        """Share of the calls that went away, negative when there are more; None when there were none before."""
        return None if self.before == 0 else round(100 * (1 - self.after / self.before), 1)


def compare(before: Baseline | None, after: Baseline, thresholds: Mapping[str, float] = THRESHOLDS) -> list[Change]:
    """Every Change from `before` to `after`, sorted by condition and fingerprint. None: there is no baseline, all is new."""
    old = before or Baseline()
    changes = list(_unknowns(before, after))
    for fingerprint in sorted({*old.queries, *after.queries}):
        changes += _query_changes(old.queries.get(fingerprint), after.queries.get(fingerprint), old, after, thresholds)
    changes += _loop_changes(old, after, thresholds)
    for key, line in after.findings.items():
        known = old.findings.get(key)
        if line.severity != "info" and (known is None or known.number < line.number):
            message = f"{line.rule} ({line.severity}) about {line.fingerprint}"
            changes.append(_change("new-finding", line.fingerprint, line.database, message))
    return sorted(changes, key=lambda change: (change.condition, change.fingerprint, change.message))


def reductions(before: Baseline, after: Baseline) -> list[Reduction]:
    """Calls before and after: of the whole workload first, then of the statements of each loop of `before`."""
    result = [Reduction(before=_calls(before, before.queries), after=_calls(after, after.queries))]
    for loop in before.loops.values():
        result.append(
            Reduction(
                fingerprint=loop.fingerprint,
                text=_loop_text(loop, before),
                before=_calls(before, loop.statements),
                after=_calls(after, loop.statements),
            )
        )
    return result


def _calls(state: Baseline, fingerprints: Iterable[str]) -> int:
    return sum(state.queries[name].calls for name in fingerprints if name in state.queries)


def _change(condition: str, fingerprint: str, database: str, message: str, before: str = "", after: str = "") -> Change:
    return Change(
        condition=condition, fingerprint=fingerprint, database=database, message=message, before=before, after=after
    )


def _unknowns(before: Baseline | None, after: Baseline) -> Iterator[Change]:
    """What cannot be known is a change of its own: never silently green."""
    if before is None:
        yield _change("no-baseline", "", "", "there is no baseline: every loop and every query counts as new")
    if after.queries and not any(line.plan for line in after.queries.values()):
        yield _change("no-plans", "", "", "no query was planned: give --schema, --catalog or --postgres")
    for planner in after.planners:
        if planner.statistics == "none":
            yield _change(
                "stats-assumed", "", planner.database, f"{planner.database}: planned with assumed table sizes"
            )
        old = _planner(before, planner.database) if before else None
        if old and not _comparable(old, planner):
            message = f"{planner.database}: planned by another server or with other statistics, costs are not compared"
            yield _change("planner-changed", "", planner.database, message, _described(old), _described(planner))


def _planner(state: Baseline, database: str) -> PlannerLine | None:
    return next((planner for planner in state.planners if planner.database == database), None)


def _described(planner: PlannerLine) -> str:
    return f"{planner.server}, {planner.measured_by}, statistics: {planner.statistics}"


def _comparable(old: PlannerLine, new: PlannerLine) -> bool:
    """Costs mean the same when major version, way of measuring and kind of statistics are the same."""
    majors = [_MAJOR.search(planner.server) for planner in (old, new)]
    same_major = [match[0] if match else "" for match in majors]
    return same_major[0] == same_major[1] and (old.measured_by, old.statistics) == (new.measured_by, new.statistics)


def _query_changes(
    old: QueryLine | None, new: QueryLine | None, before: Baseline, after: Baseline, thresholds: Mapping[str, float]
) -> Iterator[Change]:
    if new is None:
        if old is not None:
            yield _change(
                "query-disappeared", old.fingerprint, old.database, _sql(old), count(old.calls, "call"), "not seen"
            )
        return
    if new.not_planned:
        yield _change("not-planned", new.fingerprint, new.database, _sql(new))
    if old is None:
        yield _change("new-query", new.fingerprint, new.database, _sql(new))
        if new.missing_index:
            message = f"lacks {new.missing_index}: {_sql(new)}"
            yield _change("new-query-unindexed", new.fingerprint, new.database, message, after=new.plan)
        return
    if old.plan and not new.plan and not new.not_planned and after.planners:
        yield _change("not-planned", new.fingerprint, new.database, f"was planned before: {_sql(new)}", old.plan)
    if old.plan and new.plan:
        yield from _plan_changes(old, new, _costs_compare(old, new, before, after), thresholds)


def _costs_compare(old: QueryLine, new: QueryLine, before: Baseline, after: Baseline) -> bool:
    if old.cost is None or new.cost is None:
        return False
    planners = [(_planner(before, p.database), p) for p in after.planners if new.database in ("", p.database)]
    return all(known is None or _comparable(known, planner) for known, planner in planners)


def _plan_changes(
    old: QueryLine, new: QueryLine, costs_compare: bool, thresholds: Mapping[str, float]
) -> Iterator[Change]:
    def change(condition: str, message: str) -> Change:
        return _change(condition, new.fingerprint, new.database, f"{message}: {_sql(new)}", *_plans(old, new))

    dearer = not costs_compare or (new.cost or 0) > (old.cost or 0)
    was, now = read_outline(old.plan), read_outline(new.plan)
    if dearer and (lost := sorted(was.by_index & now.whole - was.whole)):
        yield change("index-lost", f"{', '.join(lost)} is read whole, before by an index")
    if costs_compare and _regressed(old.cost or 0, new.cost or 0, thresholds):
        growth = f"{new.cost / old.cost:.1f}x" if old.cost and new.cost else "from nothing"
        yield change("cost-regression", f"cost {cost(old.cost or 0)} -> {cost(new.cost or 0)} ({growth})")
    for condition, message in _SHAPES:
        if text := message(was, now):
            yield change(condition, text)


def _regressed(old: float, new: float, thresholds: Mapping[str, float]) -> bool:
    percent, units = thresholds["cost-regression-percent"], thresholds["cost-regression-units"]
    return new > old * (1 + percent / 100) and new - old > units


def _sort_added(was: Reading, now: Reading) -> str:
    return f"{now.sorts - was.sorts} more sort(s)" if now.sorts > was.sorts else ""


def _index_only_lost(was: Reading, now: Reading) -> str:
    lost = sorted((was.index_only - now.index_only) & now.by_index)
    return f"the table is visited for {', '.join(lost)}" if lost else ""


def _join_changed(was: Reading, now: Reading) -> str:
    if was.joins == now.joins:
        return ""
    return f"joins by {_joins(now)}, before by {_joins(was)}"


def _joins(reading: Reading) -> str:
    return ", ".join(f"{number}x {name}" for name, number in reading.joins.items()) or "nothing"


_SHAPES: tuple[tuple[str, Callable[[Reading, Reading], str]], ...] = (
    ("sort-added", _sort_added),
    ("index-only-lost", _index_only_lost),
    ("join-strategy-changed", _join_changed),
)


def _loop_changes(before: Baseline, after: Baseline, thresholds: Mapping[str, float]) -> Iterator[Change]:
    grown = 1 + thresholds["n-plus-one-grown-percent"] / 100
    for fingerprint in sorted({*before.loops, *after.loops}):
        old, new = before.loops.get(fingerprint), after.loops.get(fingerprint)
        if new is None and old is not None:
            yield _change(
                "n-plus-one-gone",
                fingerprint,
                old.database,
                _loop_text(old, before),
                count(old.executions, "execution"),
            )
        elif new is not None and (old is None or (_is_loop(new) and not _is_loop(old))):
            condition = "n-plus-one-new" if _is_loop(new) else "repeated-query-new"
            yield _change(condition, fingerprint, new.database, _loop_text(new, after), after=_repeats(new))
        elif new is not None and old is not None and _is_loop(new):
            condition = "n-plus-one-grown" if new.repeats > old.repeats * grown else "n-plus-one-known"
            yield _change(condition, fingerprint, new.database, _loop_text(new, after), _repeats(old), _repeats(new))


def _is_loop(line: LoopLine) -> bool:
    """A loop worth failing for: an N+1 with more than weak evidence."""
    return line.rule == "NP101" and line.severity != "info"


def _repeats(line: LoopLine) -> str:
    return f"{line.repeats} times in a unit of work, {count(line.executions, 'execution')}"


def _loop_text(line: LoopLine, state: Baseline) -> str:
    texts = [state.queries[name].sql if name in state.queries else name for name in line.statements]
    return one_line("; ".join(texts), _SQL_WIDTH)


def _sql(line: QueryLine) -> str:
    return one_line(line.sql, _SQL_WIDTH)


def _plans(old: QueryLine, new: QueryLine) -> tuple[str, str]:
    return old.plan, new.plan
