"""Sorting and LIMIT: order that an index could give, spills, top-N, OFFSET."""

from collections.abc import Iterator

from advisor.detect.plan_view import PASSES_ROWS, Place, Sighting, Thresholds, View, columns, count, listed
from advisor.engines.postgres.plan.expression import column_name, sort_key

SORTS = ("Sort", "Incremental Sort")
READS = ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan")


def spilled_sort(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY015: needs ANALYZE."""
    for place in view.of_type(*SORTS):
        kilobytes = spilled_kilobytes(place)
        if kilobytes > limits["min_kb"]:
            message = f"the sort of {count(place.rows)} rows by {_keys(place)} spilled {count(kilobytes)} kB to disk"
            yield Sighting(place, message, {"disk_kb": kilobytes, "rows": place.rows})


def spilled_kilobytes(place: Place) -> float:
    """What a sort wrote to disk; an incremental sort's largest group."""
    if place.node.details.get("Sort Space Type") == "Disk":
        return place.number_of("Sort Space Used")
    names = ("Full-sort Groups", "Pre-sorted Groups")
    return max(place.number_of(f"{name}.Sort Space Disk.Peak Sort Space Used") for name in names)


def sort_without_index(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY016: a sort right above the scan of one relation, by bare columns, that no known index leads with."""
    for place in view.of_type("Sort"):
        scan = place.children[0] if place.children else None
        keys = [sort_key(item) for item in place.node.sort_keys]
        names = [column_name(key) for key, _ in keys]
        if (
            scan is None
            or scan.node.type not in READS
            or not names
            or not all(names)
            or scan.rows <= limits["min_rows"]
        ):
            continue
        table = view.table(scan)
        if table and any(index.spec.keys[0].column == names[0] for index in table.indexes if index.spec.keys):
            continue
        order = ", ".join(f"{name} {order}".strip() for name, (_, order) in zip(names, keys, strict=True))
        estimated = "" if scan.measured else " (estimated)"
        yield Sighting(
            place,
            f"{count(scan.rows)} rows{estimated} of {scan.relation} are sorted by {order}, an order that an index could give",
            {
                "relation": scan.relation,
                "columns": names,
                "order": order,
                "rows": scan.rows,
                "estimated": not scan.measured,
            },
        )


def several_sorts(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY017: one finding for the plan, at its root."""
    sorts = [p for p in view.of_type(*SORTS) if (p.node.total_cost or 0.0) >= limits["min_cost"]]
    if len(sorts) > limits["sorts"]:
        keys = [_keys(place) for place in sorts]
        yield Sighting(
            view.places[0], f"the plan sorts {len(sorts)} times: by {'; by '.join(keys)}", {"sort_keys": keys}
        )


def top_of_many(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY018: every row of the input is looked at to give out a few."""
    for place in view.of_type("Sort"):
        limit = place.limit()
        if limit is None or not place.children:
            continue
        given, wanted = place.children[0].rows, max(limit.rows, 1.0)
        if given >= limits["min_rows"] and given > limits["ratio"] * wanted:
            estimated = "" if place.measured else " (estimated)"
            yield Sighting(
                place,
                f"{count(given)} rows{estimated} are sorted by {_keys(place)} to return the first {count(limit.rows)}",
                {"rows": given, "returned": limit.rows, "estimated": not place.measured, "relation": _below(place)},
            )


def index_for_order_only(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY019: needs ANALYZE. The planner walks an index in the order wanted and filters until the LIMIT is full."""
    for place in view.of_type("Index Scan", "Index Only Scan"):
        limit, removed = place.limit(), place.total("Rows Removed by Filter")
        if limit is None or removed < limits["min_removed"] or removed < limits["ratio"] * max(limit.rows, 1.0):
            continue
        yield Sighting(
            place,
            f"{place.node.type} using {place.node.index} on {place.relation} walks past {count(removed)} rows in its order "
            f"to find the {count(limit.rows)} that LIMIT wants",
            {"rows_removed": removed, "returned": limit.rows, "columns": columns(place.node.filter)},
        )


def large_presorted_groups(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY020: needs ANALYZE."""
    for place in view.of_type("Incremental Sort"):
        groups = sum(place.number_of(f"{name}.Group Count") for name in ("Full-sort Groups", "Pre-sorted Groups"))
        given = place.children[0].rows if place.children else 0.0
        if groups and given / groups >= limits["rows_per_group"]:
            rest = [item for item in place.node.sort_keys if item not in place.node.presorted_keys]
            yield Sighting(
                place,
                f"{count(given)} rows come ordered by {listed(list(place.node.presorted_keys))} and are sorted by "
                f"{', '.join(rest)} in groups of {count(given / groups)} rows",
                {"rows": given, "groups": groups, "presorted": list(place.node.presorted_keys), "rest": rest},
            )


def large_offset(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY021: rows that were made only to be skipped. Estimated from what a Limit costs before its first row."""
    for place in view.of_type("Limit"):
        if not place.children:
            continue
        source = place.children[0]
        skipped = source.rows - place.rows if place.measured else _estimated_offset(place, source)
        if skipped >= limits["min_skipped"] and skipped >= limits["ratio"] * max(place.rows, 1.0):
            estimated = "" if place.measured else "is estimated to "
            yield Sighting(
                place,
                f"OFFSET {estimated}{'skips' if place.measured else 'skip'} {count(skipped)} rows to return {count(place.rows)}",
                {"skipped": skipped, "returned": place.rows, "estimated": not place.measured},
            )


def _estimated_offset(limit: Place, source: Place) -> float:
    start, end = source.node.startup_cost or 0.0, source.node.total_cost or 0.0
    if end <= start:
        return 0.0
    return source.rows * max(0.0, (limit.node.startup_cost or 0.0) - start) / (end - start)


def _keys(place: Place) -> str:
    """Sort keys as printed, but only names: an expression may hold a literal."""
    keys = [sort_key(item) for item in place.node.sort_keys]
    return ", ".join(f"{column_name(key) or 'an expression'} {order}".strip() for key, order in keys) or "its keys"


def _below(place: Place) -> str:
    source = place.children[0]
    while source.node.type in PASSES_ROWS and source.children:
        source = source.children[0]
    return source.relation
