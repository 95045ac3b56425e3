"""What did not fit into work_mem, and how much would have been enough."""

import re
from collections.abc import Iterator

from advisor.detect.plan_sorts import SORTS, spilled_kilobytes
from advisor.detect.plan_view import Place, Sighting, Thresholds, View, count

TEMPORARY = ("Temp Read Blocks", "Temp Written Blocks")
OWN_RULE = (*SORTS, "Hash", "Hash Join", "Aggregate", "Gather", "Gather Merge")
"""Their spills are told by QRY015, QRY022 and QRY023 (a Gather's are its workers')."""
UNITS = {"kB": 1, "MB": 1024, "GB": 1024 * 1024}


def spilled_hash(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY022: needs ANALYZE."""
    for place in view.of_type("Hash"):
        batches, planned = place.number_of("Hash Batches"), place.number_of("Original Hash Batches")
        if batches > limits["batches"]:
            grown = f", planned for {count(planned)}" if planned < batches else ""
            yield Sighting(
                place,
                f"the hash table of {count(place.rows)} rows was split into {count(batches)} batches on disk{grown}",
                {"batches": batches, "planned_batches": planned, "memory_kb": place.number_of("Peak Memory Usage")},
            )


def spilled_aggregate(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY023: needs ANALYZE."""
    for place in view.of_type("Aggregate"):
        disk, batches = place.number_of("Disk Usage"), place.number_of("HashAgg Batches")
        if disk > limits["min_kb"] or batches > 1:
            message = (
                f"the HashAggregate of {count(place.rows)} groups spilled {count(disk)} kB in {count(batches)} batches"
            )
            yield Sighting(place, message, {"disk_kb": disk, "batches": batches})


def temporary_blocks(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY024: needs ANALYZE and BUFFERS. A node's blocks include its children's, so these are taken off."""
    for place in view.places:
        if place.node.type in OWN_RULE:
            continue
        read, written = (
            place.number_of(name) - sum(child.number_of(name) for child in place.children) for name in TEMPORARY
        )
        if max(read, written) > limits["min_blocks"]:
            yield Sighting(
                place,
                f"{place.node.type} wrote {count(max(written, 0))} and read {count(max(read, 0))} blocks of 8 kB in temporary files",
                {"temp_read_blocks": max(read, 0), "temp_written_blocks": max(written, 0)},
            )


def enough_work_mem(view: View, limits: Thresholds) -> Iterator[Sighting]:
    """QRY025: one finding for the plan. Silent above `max_mb`: that much for each node of each session is no advice."""
    needs = [(need, place) for place in view.places if (need := _needed_kilobytes(place, limits)) > 0]
    if not needs:
        return
    most, place = max(needs, key=lambda item: (item[0], -item[1].number))
    megabytes = -(-int(most) // 1024)
    now = view.plan.settings.get("work_mem", "")
    if megabytes <= limits["max_mb"] and most > _kilobytes(now):
        known = f" (it was {now})" if now else ""
        yield Sighting(
            place,
            f"work_mem of about {megabytes} MB{known} would have kept this plan in memory",
            {"work_mem_mb": megabytes, "work_mem": now, "nodes": len(needs)},
        )


def _needed_kilobytes(place: Place, limits: Thresholds) -> float:
    """An estimate: rows on disk are denser than in memory, by the factor `expansion`."""
    if place.node.type in SORTS:
        return spilled_kilobytes(place) * limits["expansion"]
    if place.node.type == "Hash" and place.number_of("Hash Batches") > 1:
        return place.number_of("Hash Batches") * place.number_of("Peak Memory Usage")
    if place.node.type == "Aggregate" and place.number_of("Disk Usage"):
        return place.number_of("Disk Usage") * limits["expansion"] + place.number_of("Peak Memory Usage")
    return 0.0


def _kilobytes(setting: str) -> float:
    match = re.fullmatch(r"(\d+)\s*(kB|MB|GB)", setting)
    return float(match[1]) * UNITS[match[2]] if match else 0.0
