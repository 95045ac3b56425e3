"""Scans that use an index and could use a better one, or use it badly."""

from collections.abc import Iterator

from advisor.detect.plan_view import Place, Sighting, Thresholds, View, columns, count, listed, percent
from advisor.engines.postgres.plan.expression import column_name

SCANS = ("Index Scan", "Index Only Scan")


def filtered_after_index(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY007: needs ANALYZE."""
    for place in view.of_type(*SCANS, "Bitmap Heap Scan"):
        removed = place.total("Rows Removed by Filter")
        read = removed + place.rows
        if not place.measured or removed < limits["min_removed"] or removed <= limits["removed_share"] * read:
            continue
        missing = columns(place.node.filter)
        hint = f"; {listed(missing)} {'is' if len(missing) == 1 else 'are'} not in it" if missing else ""
        yield Sighting(
            place,
            f"{_with_index(place)} fetches {count(read)} rows and throws away {percent(removed, read)}{hint}",
            {"rows_read": read, "rows_removed": removed, "columns": missing},
            "error" if removed > limits["error_share"] * read and read >= limits["error_rows"] else "",
        )


def partly_covered_predicate(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY008. A comparison of a column that the index holds would stand in its Index Cond, so those in Filter are not in it.

    Estimated: a fetched row costs about one random page, so a cost of twice that for each row kept means that half is lost.
    """
    for place in view.of_type("Index Scan", "Bitmap Heap Scan"):
        missing = columns(place.node.filter)
        searched = place.node.index_cond or place.node.recheck_cond
        cost = place.node.total_cost or 0.0
        if not searched or not missing or cost < limits["min_cost"]:
            continue
        removed = place.total("Rows Removed by Filter")
        if place.measured:
            wasted = removed >= limits["min_removed"] and removed > limits["removed_share"] * (removed + place.rows)
        else:
            wasted = cost > limits["cost_per_row"] * max(place.rows, 1.0)
        if wasted:
            lost = f"throws away {count(removed)} rows" if place.measured else f"is estimated to cost {count(cost)}"
            yield Sighting(
                place,
                f"{_with_index(place)} {lost} to keep {count(place.rows)}: {listed(missing)} "
                f"{'is' if len(missing) == 1 else 'are'} compared but not in the index",
                {"columns": missing, "index_columns": columns(searched), "estimated": not place.measured},
            )


def inexact_index(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY009: needs ANALYZE."""
    for place in view.of_type("Bitmap Heap Scan", *SCANS):
        removed = place.total("Rows Removed by Index Recheck")
        read = removed + place.rows + place.total("Rows Removed by Filter")
        if removed >= limits["min_removed"] and removed > limits["removed_share"] * read:
            message = f"{_with_index(place)} rechecks {count(read)} rows and throws away {percent(removed, read)}"
            yield Sighting(place, message, {"rows_read": read, "rows_removed": removed})


def lossy_bitmap(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY010: needs ANALYZE."""
    for place in view.of_type("Bitmap Heap Scan"):
        lossy, exact = place.number_of("Lossy Heap Blocks"), place.number_of("Exact Heap Blocks")
        if lossy >= limits["min_blocks"]:
            again = place.total("Rows Removed by Index Recheck")
            yield Sighting(
                place,
                f"the bitmap over {place.relation} did not fit into work_mem: {count(lossy)} of {count(lossy + exact)} blocks "
                f"are lossy, and {count(again)} rows were checked again for nothing",
                {"lossy_blocks": lossy, "exact_blocks": exact, "rows_removed": again},
            )


def combined_indexes(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY011."""
    for place in view.of_type("BitmapAnd"):
        arms = [child for child in place.children if child.node.type == "Bitmap Index Scan"]
        heap = next((above for above in place.ancestors() if above.node.type == "Bitmap Heap Scan"), place)
        wanted = list(dict.fromkeys(name for arm in arms for name in columns(arm.node.index_cond)))
        if len(arms) < 2 or (heap.node.total_cost or 0.0) < limits["min_cost"]:
            continue
        names = listed([arm.node.index for arm in arms])
        yield Sighting(
            heap,
            f"{len(arms)} indexes of {heap.relation} are combined for one condition ({names}) over {listed(wanted)}",
            {"indexes": [arm.node.index for arm in arms], "columns": wanted},
        )


def heap_fetches(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY013: needs ANALYZE. EXPLAIN prints the fetches of all loops together."""
    for place in view.of_type("Index Only Scan"):
        fetches = place.number_of("Heap Fetches")
        rows = place.rows + place.total("Rows Removed by Filter")
        if fetches >= limits["min_fetches"] and fetches > limits["share"] * rows:
            yield Sighting(
                place,
                f"Index Only Scan using {place.node.index} on {place.relation} went to the table {count(fetches)} times "
                f"for {count(rows)} rows",
                {"heap_fetches": fetches, "rows": rows},
                "warning" if fetches > limits["warning_share"] * rows else "",
            )


def could_be_index_only(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY014: needs VERBOSE, which prints the columns that a scan gives out."""
    for place in view.of_type("Index Scan"):
        output = [column_name(item) for item in place.node.output]
        held = _index_columns(view, place)
        if not held or not output or not all(output) or place.rows < limits["min_rows"]:
            continue
        extra = sorted({*output, *columns(place.node.filter)} - held)
        narrow = (place.node.plan_width or 0) <= limits["max_width"]
        if extra and len(extra) <= limits["max_columns"] and narrow:
            yield Sighting(
                place,
                f"{_with_index(place)} goes to the table for {count(place.rows)} rows "
                f"{'' if place.measured else '(estimated) '}only to get {listed(extra)}",
                {"columns": extra, "rows": place.rows, "estimated": not place.measured},
            )


def _index_columns(view: View, place: Place) -> set[str]:
    """Columns of the index as the catalogue says; else those in the index condition, which surely are in it."""
    if table := view.table(place):
        for index in table.indexes:
            if index.name == place.node.index:
                return {key.column for key in index.spec.keys if key.column} | set(index.spec.include)
    return set(columns(place.node.index_cond))


def _with_index(place: Place) -> str:
    index = place.node.index or ", ".join(n.index for n in place.node.walk() if n.type == "Bitmap Index Scan")
    return f"{place.node.type} using {index} on {place.relation}"
