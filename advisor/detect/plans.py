"""Diagnosis of one PostgreSQL plan: which rules of the family QRY apply, and what each says.

The rules' texts and thresholds are in `rules/query/`, their logic in `plan_*.py`, one family a module.
"""

from collections import defaultdict
from collections.abc import Collection

from advisor.detect import plan_estimates, plan_indexes, plan_memory, plan_scans, plan_sorts
from advisor.detect.plan_view import Check, Sighting, view
from advisor.model.catalog import Catalog
from advisor.model.finding import Finding
from advisor.model.plan import Plan
from advisor.rules import RuleSet

CHECKS: dict[str, Check] = {
    "QRY001": plan_scans.wasteful_seq_scan,
    "QRY002": plan_scans.single_comparison,
    "QRY003": plan_scans.several_equalities,
    "QRY004": plan_scans.critical_table,
    "QRY005": plan_scans.many_seq_scans,
    "QRY006": plan_scans.full_read,
    "QRY007": plan_indexes.filtered_after_index,
    "QRY008": plan_indexes.partly_covered_predicate,
    "QRY009": plan_indexes.inexact_index,
    "QRY010": plan_indexes.lossy_bitmap,
    "QRY011": plan_indexes.combined_indexes,
    "QRY012": plan_scans.or_over_columns,
    "QRY013": plan_indexes.heap_fetches,
    "QRY014": plan_indexes.could_be_index_only,
    "QRY015": plan_sorts.spilled_sort,
    "QRY016": plan_sorts.sort_without_index,
    "QRY017": plan_sorts.several_sorts,
    "QRY018": plan_sorts.top_of_many,
    "QRY019": plan_sorts.index_for_order_only,
    "QRY020": plan_sorts.large_presorted_groups,
    "QRY021": plan_sorts.large_offset,
    "QRY022": plan_memory.spilled_hash,
    "QRY023": plan_memory.spilled_aggregate,
    "QRY024": plan_memory.temporary_blocks,
    "QRY025": plan_memory.enough_work_mem,
    "QRY026": plan_estimates.misestimate,
    "QRY028": plan_estimates.correlated_columns,
}

SAID_BETTER_BY: dict[str, tuple[str, ...]] = {
    "QRY002": ("QRY001",),
    "QRY003": ("QRY001",),
    "QRY007": ("QRY019",),
    "QRY008": ("QRY007", "QRY019"),
    "QRY009": ("QRY010",),
    "QRY016": ("QRY018",),
    "QRY026": ("QRY028",),
}
"""A rule is silent about a node of which one of these already speaks: it would say the same less exactly."""


def diagnose(
    plan: Plan,
    rules: RuleSet,
    *,
    catalog: Catalog | None = None,
    shape: str = "",
    database: str = "",
    critical: Collection[str] = (),
) -> list[Finding]:
    """What is wrong with `plan`, sorted by node and rule. Rules whose severity is `off` do not speak.

    `shape` and `database` go into the findings; `critical` names the tables that must never be read whole. Evidence has
    `node` (1 = the plan's root, in reading order) and `relation`; rules that need real rows are silent without ANALYZE.
    """
    looked_at = view(plan, catalog, critical)
    seen: dict[str, list[Sighting]] = {}
    speaking: defaultdict[int, set[str]] = defaultdict(set)
    for rule_id, check in CHECKS.items():
        if rule_id in rules and rules[rule_id].severity != "off":
            seen[rule_id] = list(check(looked_at, rules[rule_id].thresholds))
            for sighting in seen[rule_id]:
                speaking[sighting.place.number].add(rule_id)
    return sorted(
        (
            _finding(rule_id, sighting, rules, shape, database)
            for rule_id, sightings in seen.items()
            for sighting in sightings
            if not speaking[sighting.place.number].intersection(SAID_BETTER_BY.get(rule_id, ()))
        ),
        key=lambda finding: (finding.evidence["node"], finding.rule, finding.message),
    )


def _finding(rule_id: str, sighting: Sighting, rules: RuleSet, shape: str, database: str) -> Finding:
    place = sighting.place
    evidence = {"node": place.number, "relation": place.relation, **sighting.evidence}
    chosen = {"severity": sighting.severity} if sighting.severity else {}
    return rules.finding(
        rule_id,
        sighting.message,
        subject=evidence["relation"] or place.node.type,
        database=database,
        shapes=(shape,) if shape else (),
        evidence=evidence,
        **chosen,
    )
