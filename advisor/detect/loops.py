"""Loops of the workload as findings: what repeats, how often, after which statement, and the statement that replaces it."""

from typing import Any

from advisor.detect.batched import Lookup, lookup, rewrite
from advisor.model.catalog import Catalog, Table
from advisor.model.finding import Finding, Location
from advisor.model.workload import Loop, Shape, Workload
from advisor.rules import RuleSet
from advisor.workload.repeats import DUPLICATE, N_PLUS_ONE, NO_PARENT, POSSIBLE_BATCH

RULES = {N_PLUS_ONE: "NP101", DUPLICATE: "NP102", POSSIBLE_BATCH: "NP103"}
_REQUEST_TAGS = ("route", "controller", "action", "job", "http_route", "path")
_CACHE = "Run it once per request and keep the answer: every execution asked for the same values."


def loop_findings(workload: Workload, rules: RuleSet, catalog: Catalog | None = None) -> list[Finding]:
    """One finding for each loop that reaches its rule's thresholds, sorted by rule, database and subject.

    With a catalogue, loops over tables of that database also name the index that the repeated predicate lacks.
    Evidence with low confidence lowers the severity to `info`; it is never raised.
    """
    shapes = {shape.id: shape for shape in workload.shapes}
    found = []
    for loop in workload.loops:
        rule = rules.get(RULES[loop.kind])
        members = [shapes[id] for id in loop.statements if id in shapes]
        if rule is None or rule.severity == "off" or len(members) != len(loop.statements):
            continue
        if max(loop.repeats) < rule.thresholds["repeats"] or loop.time.total_us < rule.thresholds["total_ms"] * 1000:
            continue
        found.append(_finding(loop, members, shapes, rules, catalog))
    return sorted(found, key=lambda finding: (finding.rule, finding.database, finding.subject))


def _finding(
    loop: Loop, members: list[Shape], shapes: dict[str, Shape], rules: RuleSet, catalog: Catalog | None
) -> Finding:
    rule = rules[RULES[loop.kind]]
    repeats, parent = _median(loop.repeats), _parent(loop, shapes)
    evidence: dict[str, Any] = {
        "kind": loop.kind,
        "loop": loop.id,
        "confidence": loop.confidence,
        "reasons": [reason for reason in loop.reasons if parent is None or reason != NO_PARENT],
        "statements": [shape.text for shape in members],
        "parent": parent,
        "repeats": repeats,
        "repeats_max": max(loop.repeats),
        "executions": loop.executions,
        "distinct_parameters": loop.distinct or None,
        "windows": loop.windows,
        "total_ms": loop.time.total_us / 1000,
        "request": _request(loop),
        "call_site": _call_site(loop),
        "rewrite": _CACHE if loop.kind == DUPLICATE else rewrite(members),
    }
    if missing := _missing_indexes(members, loop.database, catalog):
        evidence["missing_index"] = missing
    return rules.finding(
        rule.id,
        _message(loop, members, repeats, parent),
        severity="info" if loop.confidence == "low" else rule.severity,
        subject=loop.id,
        engine=loop.engine,
        database=loop.database,
        shapes=loop.statements,
        evidence=evidence,
        locations=tuple(_location(place) for place in loop.locations),
    )


def _message(loop: Loop, members: list[Shape], repeats: int, parent: str | None) -> str:
    what = "this statement runs" if len(members) == 1 else f"these {len(members)} statements run"
    values = {
        N_PLUS_ONE: f"with up to {loop.distinct} different values"
        if loop.distinct
        else "with values that are not logged",
        DUPLICATE: f"with only {loop.distinct} different {'value' if loop.distinct == 1 else 'values'}",
        POSSIBLE_BATCH: "too fast for a client that waits for each answer",
    }[loop.kind]
    units = "1 unit of work" if loop.windows == 1 else f"each of {loop.windows} units of work"
    cause = f", probably for each row of: {_short(parent)}" if parent and loop.kind == N_PLUS_ONE else ""
    return f"{what} {repeats} times in {units} {values}{cause}: {_short('; '.join(shape.text for shape in members))}"


def _median(repeats: dict[int, int]) -> int:
    """The lower median of a histogram."""
    half, seen = (sum(repeats.values()) + 1) // 2, 0
    for value, count in sorted(repeats.items()):
        seen += count
        if seen >= half:
            return value
    return 0


def _parent(loop: Loop, shapes: dict[str, Shape]) -> str | None:
    """Text of the parent that most windows agree on."""
    known = {id: count for id, count in loop.parents.items() if id in shapes}
    if not known:
        return None
    return shapes[min(known, key=lambda id: (-known[id], id))].text


def _request(loop: Loop) -> str:
    """The route, controller or job in which most windows were seen."""
    for tag in _REQUEST_TAGS:
        if values := loop.tags.get(tag):
            return min(values, key=lambda value: (-values[value], value))
    return ""


def _call_site(loop: Loop) -> str:
    """File and line in the application, when its comments say so."""
    for file_tag, line_tag in (("file", "line"), ("source_location", ""), ("code_filepath", "code_lineno")):
        if files := loop.tags.get(file_tag):
            file = min(files, key=lambda value: (-files[value], value))
            lines = loop.tags.get(line_tag, {})
            return f"{file}:{min(lines, key=lambda value: (-lines[value], value))}" if lines else file
    return ""


def _missing_indexes(members: list[Shape], database: str, catalog: Catalog | None) -> list[dict[str, Any]]:
    """For each repeated statement whose equality columns start no index: table and columns."""
    if catalog is None or (database and catalog.database and database != catalog.database):
        return []
    missing = []
    for shape in members:
        found = lookup(shape)
        table = catalog.resolve(found.table, found.schema) if found else None
        if found and table and not _served(table, found):
            missing.append({"table": f"{table.schema}.{table.name}", "columns": list(found.columns)})
    return missing


def _served(table: Table, found: Lookup) -> bool:
    """Whether some valid full index starts with a column that the statement compares with `=`."""
    known = {column.name for column in table.columns}
    if not known.issuperset(found.columns):
        return True
    return any(
        index.valid and not index.spec.predicate and index.spec.keys and index.spec.keys[0].column in found.columns
        for index in table.indexes
    )


def _location(place: str) -> Location:
    file, _, line = place.rpartition(":")
    return Location(file, int(line) if line.isdigit() else 0)


def _short(text: str) -> str:
    return text if len(text) <= 160 else text[:157] + "..."
