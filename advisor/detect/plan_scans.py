"""Sequential scans: what they read and throw away, and what an index could have told them."""

from collections.abc import Iterator

from advisor.detect.plan_view import (
    Place,
    Sighting,
    Thresholds,
    View,
    columns,
    comparisons,
    count,
    listed,
    percent,
    rows_of,
)
from advisor.engines.postgres.plan.expression import comparison, conjuncts, disjuncts

RANGE_OR_EQUAL = ("=", "<", "<=", ">", ">=", "IS NULL")


def wasteful_seq_scan(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY001. Without ANALYZE only where the catalogue knows how many rows the table has."""
    for place in view.of_type("Seq Scan"):
        if not place.node.filter:
            continue
        returned, removed = place.rows, place.total("Rows Removed by Filter")
        if not place.measured:
            table = view.table(place)
            removed = max(0.0, table.rows - returned) if table else 0.0
        read = returned + removed
        if read < limits["min_rows"] or removed <= limits["removed_share"] * read:
            continue
        verbs = ("reads", "throws") if place.measured else ("is estimated to read", "throw")
        wanted = columns(place.node.filter)
        by = f", filtered by {listed(wanted)}" if wanted else ""
        yield Sighting(
            place,
            f"Seq Scan on {place.relation} {verbs[0]} {count(read)} rows and {verbs[1]} away {percent(removed, read)}{by}",
            {"rows_read": read, "rows_removed": removed, "columns": wanted, "estimated": not place.measured},
            "error" if removed > limits["error_share"] * read and read >= limits["error_rows"] else "",
        )


def single_comparison(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY002."""
    for place in view.of_type("Seq Scan"):
        parts = conjuncts(place.node.filter)
        found = comparisons(place.node.filter)
        if len(parts) == 1 and found and found[0].operator in RANGE_OR_EQUAL and _selective(place, limits):
            yield Sighting(
                place,
                f"Seq Scan on {place.relation} is filtered by {found[0].column} ({found[0].operator}) alone and {_keeps(place)}",
                _evidence(place),
            )


def several_equalities(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY003."""
    for place in view.of_type("Seq Scan"):
        equal = [found.column for found in comparisons(place.node.filter) if found.operator in ("=", "IS NULL")]
        equal = list(dict.fromkeys(equal))
        if len(equal) > 1 and _selective(place, limits):
            yield Sighting(
                place,
                f"Seq Scan on {place.relation} compares {listed(equal)} with values and {_keeps(place)}",
                {**_evidence(place), "columns": equal},
            )


def critical_table(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY004. `critical` holds names as `table` or `schema.table`; no cost is too small here."""
    for place in view.of_type("Seq Scan"):
        if place.node.relation in view.critical or place.relation in view.critical:
            yield Sighting(place, f"Seq Scan on {place.relation}, which is listed as critical", {"rows": place.rows})


def many_seq_scans(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY005: one finding for the plan, at its root."""
    scans = [place for place in view.of_type("Seq Scan") if (place.node.total_cost or 0.0) >= limits["min_cost"]]
    names = sorted({place.relation for place in scans})
    if len(names) >= limits["tables"]:
        message = f"{len(names)} tables are read by Seq Scan in one plan: {listed(names)}"
        yield Sighting(view.places[0], message, {"relations": names})


def full_read(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY006. A Limit that may stop the scan makes an estimate worthless, so then only counted rows are used."""
    for place in view.of_type("Seq Scan"):
        if place.node.filter or place.rows < limits["min_rows"] or (not place.measured and place.limit()):
            continue
        reads = "reads all" if place.measured else "is estimated to read all"
        times = (
            f" {count(place.loops)} times over"
            if place.loops > 1 and not place.node.details.get("Parallel Aware")
            else ""
        )
        rows = place.rows / place.loops if times else place.rows
        yield Sighting(
            place,
            f"Seq Scan on {place.relation} {reads} {count(rows)} rows{times}, without a filter",
            {"rows": place.rows, "estimated": not place.measured},
        )


def or_over_columns(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY012. A BitmapOr in the plan means that every arm has its index already: nothing to say then."""
    for place in view.of_type("Seq Scan"):
        for part in conjuncts(place.node.filter):
            arms = [[comparison(c) for c in conjuncts(arm)] for arm in disjuncts(part)]
            if len(arms) < 2 or not all(any(arm) for arm in arms) or not _selective(place, limits):
                continue
            names = list(dict.fromkeys(next(c.column for c in arm if c) for arm in arms))
            if len(names) > 1:
                yield Sighting(
                    place,
                    f"Seq Scan on {place.relation} is filtered by an OR over {listed(names)} and {_keeps(place)}",
                    {**_evidence(place), "columns": names},
                )


def _selective(place: Place, limits: Thresholds) -> bool:
    """Whether an index could pay: most rows are thrown away, or (estimated) fetching the rest costs less than the scan."""
    cost = place.node.total_cost or 0.0
    if cost < limits["min_cost"]:
        return False
    if place.measured:
        removed = place.total("Rows Removed by Filter")
        return removed > limits["removed_share"] * (removed + place.rows)
    return place.rows * limits["page_cost"] < cost


def _keeps(place: Place) -> str:
    if place.measured:
        return f"keeps {count(place.rows)} of {rows_of(place.rows + place.total('Rows Removed by Filter'))}"
    return f"is estimated to keep {rows_of(place.rows)}, at cost {count(place.node.total_cost or 0.0)}"


def _evidence(place: Place) -> dict[str, object]:
    return {"columns": columns(place.node.filter), "rows": place.rows, "estimated": not place.measured}
