"""The property lines of a text plan to JSON's property names.

Most lines print the JSON name itself; the tables below are those that text abbreviates.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from advisor.engines.postgres.plan.expression import split_list

EXPRESSIONS = {
    *("Filter", "Index Cond", "Recheck Cond", "Join Filter", "Hash Cond", "Merge Cond", "One-Time Filter", "Order By"),
    *("TID Cond", "Run Condition", "Cache Key", "Function Call", "Remote SQL", "Window", "Conflict Filter"),
}
"""Never converted to a number."""
KEYS = {"Sort Key", "Presorted Key", "Output"}
GROUPS = {"Group Key", "Hash Key"}
BLOCKS = {"hit": "Hit", "read": "Read", "dirtied": "Dirtied", "written": "Written"}
HASH = {
    "Buckets": "Hash Buckets",
    "Batches": "Hash Batches",
    "Memory Usage": "Peak Memory Usage",
}
HASH_AGGREGATE = {**HASH, "Batches": "HashAgg Batches"}
MEMOIZE = {
    **{name: f"Cache {name}" for name in ("Hits", "Misses", "Evictions", "Overflows")},
    "Memory Usage": "Peak Memory Usage",
}
WAL = {"records": "WAL Records", "fpi": "WAL FPI", "bytes": "WAL Bytes", "full": "WAL Buffers Full"}
PAIR = re.compile(r"(\w[\w -]*?): (\d+)(?:kB)?(?: \(originally (\d+)\))?")


def read_property(raw: dict[str, Any], name: str, value: str) -> None:
    """Add the property line `name: value` to the raw node."""
    if name in KEYS:
        if not (name == "Sort Key" and raw["Node Type"] == "Aggregate"):  # there it belongs to a grouping set
            raw[name] = list(split_list(value))
    elif name in GROUPS:
        _group(raw, name, value)
    elif name in EXPRESSIONS:
        raw[name] = value
    elif name in ("Full-sort Groups", "Pre-sorted Groups"):
        raw[name] = _sort_groups(value)
    elif reader := READERS.get(name):
        raw |= reader(raw, f"{name}: {value}")
    elif not name.startswith("Worker "):
        raw[name] = convert(value)


def read_section(section: str, text: str) -> dict[str, Any]:
    """A line under `Planning:`, `JIT:` or `Serialization:`, as JSON nests it."""
    name, _, value = text.partition(":")
    if section == "JIT" and name == "Options":
        return {name: {item.rpartition(" ")[0]: item.endswith(" true") for item in split_list(value.strip())}}
    if section == "JIT" and name == "Timing":
        return {name: _jit_timing(value)}
    if name == "Memory":
        used, allocated = re.findall(r"\d+", value)[:2]
        return {"Memory Used": int(used), "Memory Allocated": int(allocated)}
    if section == "Serialization" and (match := re.match(r"(?:time=([\d.]+) ms  )?output=(\d+)kB  format=(\w+)", text)):
        return {"Time": float(match[1] or 0), "Output Volume": int(match[2]), "Format": match[3]}
    if name in READERS:
        return dict(READERS[name]({"Node Type": ""}, text))
    return {name: convert(value.strip())}


def convert(value: str) -> str | int | float | bool:
    """A property value as JSON would type it."""
    if re.fullmatch(r"-?\d+", value):
        return int(value)
    if re.fullmatch(r"-?\d+\.\d+", value):
        return float(value)
    return value == "true" if value in ("true", "false") else value


def _group(raw: dict[str, Any], name: str, value: str) -> None:
    """One `Group Key` line is the grouping; several are grouping sets, which have no single key."""
    sets = raw.setdefault("Grouping Sets", [])
    sets.append({name: value})
    if len(sets) == 1 and name == "Group Key":
        raw["Group Key"] = list(split_list(value))
    else:
        raw.pop("Group Key", None)


def _buffers(raw: dict[str, Any], text: str) -> dict[str, int]:
    """`Buffers: shared hit=1 read=2, temp written=3`."""
    found = {}
    for kind, counts in re.findall(r"(shared|local|temp)((?: \w+=\d+)+)", text):
        for word, count in re.findall(r"(\w+)=(\d+)", counts):
            found[f"{kind.title()} {BLOCKS[word]} Blocks"] = int(count)
    return found


def _io_timings(raw: dict[str, Any], text: str) -> dict[str, float]:
    """`I/O Timings: shared read=0.1 write=0.2, temp read=0.3`; up to 16 `shared/local` and before 15 no kind at all."""
    found = {}
    for kind, times in re.findall(r"(shared/local|shared|local|temp|:)((?: (?:read|write)=[\d.]+)+)", text):
        prefix = "" if kind in ("shared/local", ":") else f"{kind.title()} "
        for word, time in re.findall(r"(read|write)=([\d.]+)", times):
            found[f"{prefix}I/O {word.title()} Time"] = float(time)
    return found


def _wal(raw: dict[str, Any], text: str) -> dict[str, int]:
    return {WAL[word]: int(count) for word, count in re.findall(r"(\w+)=(\d+)", text) if word in WAL}


def _sort_method(raw: dict[str, Any], text: str) -> dict[str, Any]:
    """`Sort Method: external merge  Disk: 1024kB`."""
    match = re.fullmatch(r"Sort Method: (.*?)  (\w+): (\d+)kB", text)
    if not match:
        return {"Sort Method": text.removeprefix("Sort Method: ")}
    return {"Sort Method": match[1], "Sort Space Type": match[2], "Sort Space Used": int(match[3])}


def _sort_groups(value: str) -> dict[str, Any]:
    """`1  Sort Methods: quicksort, top-N heapsort  Average Memory: 27kB  Peak Memory: 27kB`."""
    found: dict[str, Any] = {"Group Count": int(value.split("  ")[0])}
    if methods := re.search(r"Sort Methods?: (.*?)(?:  |$)", value):
        found["Sort Methods Used"] = methods[1].split(", ")
    for place in ("Memory", "Disk"):
        if sizes := re.search(rf"Average {place}: (\d+)kB  Peak {place}: (\d+)kB", value):
            found[f"Sort Space {place}"] = {
                "Average Sort Space Used": int(sizes[1]),
                "Peak Sort Space Used": int(sizes[2]),
            }
    return found


def _pairs(raw: dict[str, Any], text: str) -> dict[str, int]:
    """`Buckets: 1024 (originally 512)  Batches: 4  Memory Usage: 9kB` and its like, named by the node they stand in.

    JSON prints the original numbers always, text only where they differ.
    """
    kind = raw["Node Type"]
    names = {"Hash": HASH, "Aggregate": HASH_AGGREGATE, "Memoize": MEMOIZE}.get(kind, {})
    found = {}
    for word, number, original in PAIR.findall(text):
        name = names.get(word, word)
        found[name] = int(number)
        if kind == "Hash" and name.startswith("Hash "):
            found[f"Original {name}"] = int(original or number)
    return found


def _heap_blocks(raw: dict[str, Any], text: str) -> dict[str, int]:
    return {f"{word.title()} Heap Blocks": int(count) for word, count in re.findall(r"(exact|lossy)=(\d+)", text)}


def _merge_tuples(raw: dict[str, Any], text: str) -> dict[str, int]:
    """`Tuples: inserted=1 updated=2 skipped=3`, of MERGE."""
    return {f"Tuples {word.title()}": int(count) for word, count in re.findall(r"(\w+)=(\d+)", text)}


def _sampling(raw: dict[str, Any], text: str) -> dict[str, Any]:
    """`Sampling: system ('1'::real) REPEATABLE ('2'::double precision)`."""
    match = re.fullmatch(r"Sampling: (\S+) \((.*?)\)(?: REPEATABLE \((.*)\))?", text)
    if not match:
        return {"Sampling": text.removeprefix("Sampling: ")}
    found = {"Sampling Method": match[1], "Sampling Parameters": list(split_list(match[2]))}
    return found | ({"Repeatable Seed": match[3]} if match[3] else {})


def _storage(raw: dict[str, Any], text: str) -> dict[str, Any]:
    """`Storage: Memory  Maximum Storage: 17kB`, since 18."""
    match = re.fullmatch(r"Storage: (\w+)  Maximum Storage: (\d+)kB", text)
    return {"Storage": match[1], "Maximum Storage": int(match[2])} if match else {"Storage": text.partition(": ")[2]}


def _jit_timing(value: str) -> dict[str, Any]:
    """`Generation 0.4 ms (Deform 0.1 ms), Inlining 0.0 ms, ..., Total 1.9 ms`; Deform is told since 17."""
    found: dict[str, Any] = {}
    for word, time, deform in re.findall(r"(\w+) ([\d.]+) ms(?: \(Deform ([\d.]+) ms\))?", value):
        found[word] = {"Deform": float(deform), "Total": float(time)} if deform else float(time)
    return found


READERS: dict[str, Callable[[dict[str, Any], str], Mapping[str, Any]]] = {
    "Buffers": _buffers,
    "I/O Timings": _io_timings,
    "WAL": _wal,
    "Sort Method": _sort_method,
    "Buckets": _pairs,
    "Batches": _pairs,
    "Planned Partitions": _pairs,
    "Hits": _pairs,
    "Heap Blocks": _heap_blocks,
    "Tuples": _merge_tuples,
    "Sampling": _sampling,
    "Storage": _storage,
}
