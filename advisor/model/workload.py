"""Workload: the mergeable digest of everything that was observed. Its size follows shapes, never bytes.

All times inside are whole microseconds, so that sums do not depend on the order of merging.
"""

import msgspec

from advisor.model.event import Skip, SourceSummary

VARYING = "*"
"""In `Shape.constants`: they are not the same in all executions."""


class Sketch(msgspec.Struct, frozen=True):
    """Durations in logarithmic buckets: any quantile within 1 %, exact count, sum, minimum and maximum (microseconds)."""

    buckets: dict[int, int] = {}
    count: int = 0
    total_us: int = 0
    min_us: int = 0
    max_us: int = 0


class Sample(msgspec.Struct, frozen=True, order=True):
    """One real execution, kept to plan with: the slowest one seen, literals included (never printed unasked)."""

    duration_us: int
    text: str
    parameters: tuple[str | None, ...] | None = None
    source: str = ""
    line: int = 0


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """All executions of one normalised statement in one database."""

    id: str
    """Fingerprint: 16 hexadecimal digits over engine, database and normalised text."""
    engine: str
    database: str
    text: str
    """Normalised text: literals are `?`, lists are collapsed, comments are gone."""
    kind: str
    """`select`, `insert`, `update`, `delete`, `merge`, `utility`, `control` or `other`."""
    calls: int = 0
    time: Sketch = Sketch()
    """Only executions whose duration is known; `calls` counts all."""
    rows: int = 0
    errors: int = 0
    first_seen: float | None = None
    last_seen: float | None = None
    sample: Sample | None = None
    constants: str = ""
    """Hash of the constants that stand in the text beside its parameters; `*` when they vary between executions, `` when
    the shape has no parameters: then every value is pasted into the text."""
    plan: str | None = None
    """The logged plan of the slowest execution that had one."""
    plan_us: int = 0
    plans: int = 0
    tags: dict[str, dict[str, int]] = {}
    """tag -> value -> calls; at most 20 values a tag, the rest under `…`."""
    applications: dict[str, int] = {}


class Loop(msgspec.Struct, frozen=True, kw_only=True):
    """One repeating pattern (an N+1 or a duplicate) over all the units of work in which it was seen."""

    id: str
    kind: str
    """`n_plus_one`, `duplicate` or `possible_batch` (writes faster than a waiting client can send them)."""
    engine: str
    database: str
    statements: tuple[str, ...]
    """Shape ids that repeat together, in order of first appearance."""
    parents: dict[str, int] = {}
    """Probable parent shape id (`` for none) -> number of windows."""
    windows: int = 0
    """Units of work in which the loop was seen."""
    repeats: dict[int, int] = {}
    """Iterations in a window -> number of windows."""
    executions: int = 0
    distinct: int = 0
    """Largest number of distinct parameter sets in one window; 0 = values not observable."""
    time: Sketch = Sketch()
    """Database time spent in one window."""
    confidence: str = "high"
    """`high`, `medium` or `low`: the weakest evidence of any of its windows decides nothing, the best does."""
    reasons: tuple[str, ...] = ()
    tags: dict[str, dict[str, int]] = {}
    locations: tuple[str, ...] = ()
    """`file:line` of up to five windows, sorted."""


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """Everything observed. Tuples are sorted by stable keys, so equal contents are equal bytes."""

    version: int = 1
    shapes: tuple[Shape, ...] = ()
    loops: tuple[Loop, ...] = ()
    sources: tuple[SourceSummary, ...] = ()
    skipped: tuple[Skip, ...] = ()
