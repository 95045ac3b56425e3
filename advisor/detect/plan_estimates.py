"""Where the planner was wrong about the number of rows: the cause of most bad plans."""

from collections.abc import Iterator

from advisor.detect.plan_view import Place, Sighting, Thresholds, View, comparisons, count, listed

PASS_ON = (
    "Hash",
    "Materialize",
    "Memoize",
    "Sort",
    "Incremental Sort",
    "Limit",
    "BitmapAnd",
    "BitmapOr",
    "Bitmap Index Scan",
)
"""They repeat their input's number, count rescans, or are cut short: never the origin of an error."""


def misestimate(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY026: needs ANALYZE. Reported where it begins: at nodes whose inputs were estimated well enough."""
    for place in view.places:
        factor = _factor(place, limits)
        if factor <= limits["factor"] or any(_wrong_below(child, limits) for child in place.children):
            continue
        severity = (
            "error" if factor > limits["error_factor"] else "warning" if factor > limits["warning_factor"] else ""
        )
        at = f" on {place.relation}" if place.node.relation else ""
        yield Sighting(
            place,
            f"{place.node.type}{at} was estimated at {count(place.node.plan_rows or 0)} rows and gave "
            f"{count(place.node.actual_rows or 0)}{' per loop' if place.loops > 1 else ''}, {count(factor)} times off",
            {"estimated_rows": place.node.plan_rows, "rows": place.node.actual_rows, "factor": round(factor, 1)},
            severity,
        )


def correlated_columns(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY028: needs ANALYZE. Equalities on several columns of one table, and far more rows than estimated."""
    for place in view.of_type("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan"):
        node = place.node
        found = [c for text in (node.index_cond, node.recheck_cond, node.filter) for c in comparisons(text)]
        equal = sorted({c.column for c in found if c.operator == "="})
        more = (node.actual_rows or 0.0) / max(node.plan_rows or 0.0, 1.0)
        if len(equal) > 1 and more > limits["factor"] and place.rows >= limits["min_rows"]:
            yield Sighting(
                place,
                f"{listed(equal)} of {place.relation} are compared together: estimated {count(node.plan_rows or 0)} rows, "
                f"{count(node.actual_rows or 0)} found; their values depend on each other",
                {
                    "columns": equal,
                    "estimated_rows": node.plan_rows,
                    "rows": node.actual_rows,
                    "factor": round(more, 1),
                },
            )


def _factor(place: Place, limits: Thresholds) -> float:
    """How many times off, in either direction; 1 where nothing can be said."""
    node = place.node
    if node.actual_rows is None or node.plan_rows is None or node.type in PASS_ON:
        return 1.0
    if abs(node.actual_rows - node.plan_rows) * place.loops < limits["min_rows"]:
        return 1.0
    if node.actual_rows < node.plan_rows and (place.limit() or _stops_early(place)):
        return 1.0
    return max(
        max(node.plan_rows, 1.0) / max(node.actual_rows, 1.0), max(node.actual_rows, 1.0) / max(node.plan_rows, 1.0)
    )


def _wrong_below(place: Place, limits: Thresholds) -> bool:
    """Whether an input is off already, looking through nodes that only pass rows on."""
    waiting = [place]
    while waiting:
        below = waiting.pop()
        if _factor(below, limits) > limits["factor"]:
            return True
        if below.node.type in PASS_ON:
            waiting += below.children
    return False


def _stops_early(place: Place) -> bool:
    """Joins that need only the first match, or run dry on their other side, do not read an input to its end."""
    return any(
        above.node.type == "Merge Join" or above.node.join_type in ("Semi", "Anti", "Right Semi", "Right Anti")
        for above in place.ancestors()
    ) or bool(place.node.subplan)
