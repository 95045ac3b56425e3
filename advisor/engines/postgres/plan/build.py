"""A raw plan document (JSON's property names) to the canonical `Plan`.

Canonical means: the text and the JSON form of one plan give equal trees. JSON prints every counter and flag, text only
those that say something, so zeros, `false` and empty texts are left out of `details`; what only one notation tells
(`Inner Unique`, `Scan Direction: Forward`, the per-worker lines) is left out too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.errors import InputError
from advisor.model.plan import Plan, PlanNode

Scalar = str | int | float | bool

TEXTS = {
    "Relation Name": "relation",
    "Schema": "schema",
    "Alias": "alias",
    "Index Name": "index",
    "Filter": "filter",
    "Index Cond": "index_cond",
    "Recheck Cond": "recheck_cond",
    "Join Filter": "join_filter",
    "Hash Cond": "join_cond",
    "Merge Cond": "join_cond",
    "Join Type": "join_type",
    "Parent Relationship": "parent_relationship",
    "Subplan Name": "subplan",
}
NUMBERS = {
    "Startup Cost": "startup_cost",
    "Total Cost": "total_cost",
    "Plan Rows": "plan_rows",
    "Actual Startup Time": "actual_startup_ms",
    "Actual Total Time": "actual_total_ms",
    "Actual Rows": "actual_rows",
    "Actual Loops": "loops",
}
LISTS = {"Sort Key": "sort_keys", "Presorted Key": "presorted_keys", "Group Key": "group_keys", "Output": "output"}
LEFT_OUT = {"Node Type", "Plan Width", "Plans", "Workers", "Inner Unique", "Grouping Sets", "Target Tables"}
TOP = {"Plan", "Planning Time", "Execution Time", "Triggers", "Settings", "Query Text"}


def build_plan(document: Mapping[str, Any], statement: str = "") -> Plan:
    """The plan of one raw document; `statement` is used when it carries no `Query Text` of its own.

    InputError when a node lacks its type, as only a damaged plan does.
    """
    return Plan(
        root=_build_tree(document["Plan"]),
        query=str(document.get("Query Text") or statement).strip(),
        planning_ms=_number(document.get("Planning Time")),
        execution_ms=_number(document.get("Execution Time")),
        triggers=tuple(_trigger(item) for item in _objects(document.get("Triggers"))),
        settings={name: str(value) for name, value in _items(document.get("Settings"))},
        details=_details((name, value) for name, value in document.items() if name not in TOP),
    )


def _trigger(raw: Mapping[str, Any]) -> tuple[str, float, int]:
    name = raw.get("Constraint Name") or raw.get("Trigger Name") or ""
    return str(name), _number(raw.get("Time")) or 0.0, int(_number(raw.get("Calls")) or 0)


def _objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of a JSON array; a damaged plan may hold anything."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _items(value: object) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _build_tree(root: Mapping[str, Any]) -> PlanNode:
    """Children before parents, over a flat list: recursion would end at a few hundred levels."""
    flat: list[tuple[Mapping[str, Any], int]] = []
    waiting: list[tuple[Mapping[str, Any], int]] = [(root, -1)]
    while waiting:
        raw, parent = waiting.pop()
        place = len(flat)
        flat.append((raw, parent))
        plans = _objects(raw.get("Plans"))
        node_type = raw.get("Node Type")
        if not isinstance(node_type, str) or not node_type or plans != (raw.get("Plans") or []):
            raise InputError(f"node {place + 1} of the plan has no node type", "Give the plan as EXPLAIN printed it.")
        waiting += [(child, place) for child in reversed(plans)]
    children: list[list[PlanNode]] = [[] for _ in flat]
    for place in range(len(flat) - 1, 0, -1):
        raw, parent = flat[place]
        children[parent].append(_build_node(raw, children[place]))
    return _build_node(root, children[0])


def _build_node(raw: Mapping[str, Any], children: list[PlanNode]) -> PlanNode:
    fields: dict[str, Any] = {}
    rest = []
    for name, value in raw.items():
        if field := TEXTS.get(name):
            fields[field] = str(value)
        elif field := NUMBERS.get(name):
            fields[field] = _number(value)
        elif field := LISTS.get(name):
            fields[field] = tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
        elif name not in LEFT_OUT and (name, value) != ("Scan Direction", "Forward"):
            rest.append((name, value))
    if fields.get("loops") == 0:  # never executed: JSON prints zeros, text nothing
        fields |= {"actual_rows": 0.0, "actual_startup_ms": None, "actual_total_ms": None}
    # `Function Scan on f` is a function f, or several functions with the alias f: text does not tell.
    rest = [(name, value) for name, value in rest if name != "Function Name" or value != fields.get("alias")]
    width = _number(raw.get("Plan Width"))
    return PlanNode(
        type=raw["Node Type"],
        plan_width=None if width is None else int(width),
        details=_details(rest),
        children=tuple(reversed(children)),
        **fields,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _details(items: Iterator[tuple[str, Any]] | list[tuple[str, Any]], prefix: str = "") -> dict[str, Scalar]:
    """Scalars under their names; objects flattened with `.`, lists of scalars joined; nothing that says nothing."""
    found: dict[str, Scalar] = {}
    for name, value in items:
        if isinstance(value, Mapping):
            found |= _details(list(value.items()), f"{prefix}{name}.")
        elif isinstance(value, list):
            if value and not any(isinstance(item, Mapping | list) for item in value):
                found[prefix + name] = ", ".join(str(item) for item in value)
        elif isinstance(value, str | int | float) and value:
            found[prefix + name] = value
    return found
