"""Plan: an EXPLAIN tree, whatever notation it was written in."""

from collections.abc import Iterator

import msgspec


class PlanNode(msgspec.Struct, frozen=True, kw_only=True):
    """One node. Costs are planner cost units, times milliseconds, rows per loop as EXPLAIN prints them."""

    type: str
    """Node type as in JSON: `Seq Scan`, `Index Scan`, `Bitmap Heap Scan`, `Hash Join` ..."""
    relation: str = ""
    schema: str = ""
    alias: str = ""
    index: str = ""
    startup_cost: float | None = None
    total_cost: float | None = None
    plan_rows: float | None = None
    plan_width: int | None = None
    actual_startup_ms: float | None = None
    actual_total_ms: float | None = None
    actual_rows: float | None = None
    loops: float | None = None
    """None = not executed with ANALYZE; 0 = never executed."""
    filter: str = ""
    index_cond: str = ""
    recheck_cond: str = ""
    join_filter: str = ""
    join_cond: str = ""
    """Hash Cond or Merge Cond."""
    join_type: str = ""
    sort_keys: tuple[str, ...] = ()
    presorted_keys: tuple[str, ...] = ()
    group_keys: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    parent_relationship: str = ""
    subplan: str = ""
    """`SubPlan 1`, `InitPlan 1 (returns $0)`, `CTE recent`."""
    details: dict[str, str | int | float | bool] = {}
    """Every other scalar property under its JSON name: `Rows Removed by Filter`, `Sort Space Type`, `Shared Hit Blocks` ..."""
    children: tuple["PlanNode", ...] = ()

    def walk(self) -> Iterator["PlanNode"]:
        """This node and all below it, parents first. Iterative: plans may be hundreds of levels deep."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole plan."""

    root: PlanNode
    query: str = ""
    planning_ms: float | None = None
    execution_ms: float | None = None
    triggers: tuple[tuple[str, float, int], ...] = ()
    """(name, ms, calls)."""
    settings: dict[str, str] = {}
    details: dict[str, str | int | float | bool] = {}
    """JIT and other top-level facts, flattened with `.`: `JIT.Timing.Total`."""

    @property
    def cost(self) -> float:
        """Total planner cost of the statement; 0 when the plan has no costs (COSTS OFF)."""
        return self.root.total_cost or 0.0

    @property
    def indexes(self) -> frozenset[str]:
        """Names of all indexes that the plan reads."""
        return frozenset(node.index for node in self.root.walk() if node.index)
