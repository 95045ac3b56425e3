"""Plans for people: one line, one sentence, and the annotated tree on the terminal."""

from collections.abc import Mapping, Sequence

from rich.text import Text

from advisor.engines.postgres.plan.expression import mask
from advisor.model.plan import Plan, PlanNode

NAMED_READS = (
    "CTE Scan",
    "Function Scan",
    "Table Function Scan",
    "Values Scan",
    "WorkTable Scan",
    "Named Tuplestore Scan",
)
AGGREGATES = {"Plain": "Aggregate", "Sorted": "GroupAggregate", "Hashed": "HashAggregate", "Mixed": "MixedAggregate"}
CONDITIONS = (
    ("Index Cond", "index_cond"),
    ("Recheck Cond", "recheck_cond"),
    ("Join Cond", "join_cond"),
    ("Join Filter", "join_filter"),
    ("Filter", "filter"),
)
FACTS = (
    *("Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck", "Heap Fetches"),
    *("Lossy Heap Blocks", "Sort Method", "Sort Space Type", "Sort Space Used", "Hash Batches", "HashAgg Batches"),
    *("Disk Usage", "Workers Planned", "Workers Launched", "Subplans Removed", "Disabled"),
)
"""Details worth a line of their own, in kB where they are sizes."""
SHARES = ((0.9, "bold red"), (0.4, "red"), (0.1, "yellow"))
"""Share of the whole time in one node and its colour: the 10/40/90 % that pev2 and explain.depesz.com use."""


def title(node: PlanNode) -> str:
    """The node as EXPLAIN's text names it: `Parallel Seq Scan`, `Hash Left Join`, `Partial HashAggregate`."""
    name = node.type
    if name == "ModifyTable":
        name = str(node.details.get("Operation", name))
    elif name == "Aggregate":
        name = AGGREGATES.get(str(node.details.get("Strategy")), name)
        mode = node.details.get("Partial Mode", "Simple")
        name = name if mode == "Simple" else f"{mode} {name}"
    elif name == "SetOp":
        name = f"{'Hash' if node.details.get('Strategy') == 'Hashed' else ''}SetOp {node.details.get('Command', '')}".strip()
    elif node.join_type and node.join_type != "Inner":
        name = f"{name.removesuffix(' Join')} {node.join_type} Join"
    if node.details.get("Scan Direction") == "Backward":
        name += " Backward"
    return f"Parallel {name}" if node.details.get("Parallel Aware") else name


def target(node: PlanNode) -> str:
    """What the node reads: relation and alias (`orders o`), CTE, function; `` for a node that reads nothing itself."""
    name = node.relation or next((str(node.details[k]) for k in ("CTE Name", "Function Name") if k in node.details), "")
    if not node.alias or node.alias == name:
        return name or node.alias
    return f"{name} {node.alias}".strip()


def outline(plan: Plan) -> str:
    """The whole tree in one line, children in order: `Limit[Index Scan(orders o, orders_created_idx)]`.

    Holds names of nodes, relations and indexes, no cost and no condition: equal outlines are the same way of reading.
    """
    parts: list[str] = []
    waiting: list[PlanNode | str] = [plan.root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        names = ", ".join(name for name in (target(item), item.index) if name)
        label = f"{item.subplan.split(' (')[0]}: " if item.subplan else ""
        parts.append(f"{label}{title(item)}({names})" if names else f"{label}{title(item)}")
        if item.children:
            parts.append("[")
            waiting.append("]")
            for place, child in reversed(list(enumerate(item.children))):
                waiting.append(child)
                if place:
                    waiting.append(", ")
    return "".join(parts)


def describe(plan: Plan) -> str:
    """How the relations are read, shortly: `Seq Scan on orders`, `Index Scan using orders_pkey on orders, Seq Scan on c`.

    At most three reads; a plan that reads no relation is named by its first node.
    """
    reads = [text for node in plan.root.walk() if (text := _read(node))]
    if not reads:
        return title(plan.root)
    more = f" and {len(reads) - 3} more" if len(reads) > 3 else ""
    return ", ".join(reads[:3]) + more


def _read(node: PlanNode) -> str:
    if not node.relation or node.type in NAMED_READS or node.type == "ModifyTable":
        return ""
    index = node.index
    if node.type == "Bitmap Heap Scan":
        index = ", ".join(child.index for child in node.walk() if child.type == "Bitmap Index Scan")
    using = f" using {index}" if index else ""
    return f"{title(node)}{using} on {node.relation}"


def annotated(plan: Plan, marks: Mapping[int, Sequence[str]] = {}, *, show_literals: bool = False) -> Text:
    """The tree with costs, rows (estimated and real) and each node's own share of the time.

    `marks`: node number (1 = root, in `walk` order) -> ids of the rules that speak of it. Literals are masked unless
    `show_literals`. The text is as hostile as the plan: the caller cleans it for the terminal.
    """
    own = own_times(plan)
    whole = sum(own.values())
    tree = Text()
    levels: list[tuple[PlanNode, str, str]] = [(plan.root, "", "")]
    number = 0
    while levels:
        node, head, body = levels.pop()
        number += 1
        share = own.get(id(node), 0.0) / whole if whole else 0.0
        style = next((style for limit, style in SHARES if share >= limit), "")
        label = f"{node.subplan}: " if node.subplan else ""
        tree.append(f"{head}{label}")
        tree.append(_headline(node), style=style or "bold")
        tree.append(_figures(node), style="dim")
        if share >= SHARES[-1][0]:
            tree.append(f"  {share:.0%} of the time", style=style)
        if found := marks.get(number):
            tree.append(f"  <- {', '.join(found)}", style="bold magenta")
        below = body + ("│  " if node.children else "   ")
        for line in _lines(node, show_literals):
            tree.append(f"\n{below}{line}", style="dim")
        tree.append("\n")
        last = len(node.children) - 1
        for place, child in reversed(list(enumerate(node.children))):
            branch, stem = ("└─ ", "   ") if place == last else ("├─ ", "│  ")
            levels.append((child, body + branch, body + stem))
    return tree


def own_times(plan: Plan) -> dict[int, float]:
    """Milliseconds spent in each node itself, over all loops, by `id(node)`; empty when the plan has no times."""
    total = {
        id(node): node.actual_total_ms * (node.loops or 0)
        for node in plan.root.walk()
        if node.actual_total_ms is not None
    }
    return {
        id(node): max(0.0, total[id(node)] - sum(total.get(id(child), 0.0) for child in node.children))
        for node in plan.root.walk()
        if id(node) in total
    }


def _headline(node: PlanNode) -> str:
    using = f" using {node.index}" if node.index else ""
    name = target(node)
    schema = f"{node.schema}." if node.schema and name else ""
    return f"{title(node)}{using}" + (f" on {schema}{name}" if name else "")


def _figures(node: PlanNode) -> str:
    parts = []
    if node.total_cost is not None:
        parts.append(f"cost {node.total_cost:,.2f}, {node.plan_rows or 0:,.0f} rows expected")
    if node.loops == 0:
        parts.append("never executed")
    elif node.loops is not None:
        times = f" in {node.actual_total_ms:,.3f} ms" if node.actual_total_ms is not None else ""
        each = f", {node.loops:,.0f} times" if node.loops > 1 else ""
        parts.append(f"{node.actual_rows or 0:,.0f} rows{times}{each}")
    return f"  ({'; '.join(parts)})" if parts else ""


def _lines(node: PlanNode, show_literals: bool) -> list[str]:
    show = str if show_literals else mask
    lines = [f"{name}: {show(text)}" for name, field in CONDITIONS if (text := getattr(node, field))]
    if node.sort_keys:
        lines.append(f"Sort Key: {show(', '.join(node.sort_keys))}")
    if node.group_keys:
        lines.append(f"Group Key: {show(', '.join(node.group_keys))}")
    facts = [f"{name}: {node.details[name]}" for name in FACTS if name in node.details]
    return [*lines, ", ".join(facts)] if facts else lines
