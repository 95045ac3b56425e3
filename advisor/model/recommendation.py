"""Candidate and Recommendation: an idea for an index, and one that the planner confirmed."""

import msgspec

from advisor.model.finding import Finding
from advisor.model.index import IndexSpec


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An index worth asking the planner about."""

    spec: IndexSpec
    shapes: tuple[str, ...]
    """Ids of the shapes it was derived from."""
    reasons: tuple[str, ...] = ()
    """Why these columns in this order, one sentence each."""
    ordered: tuple[str, ...] = ()
    """Those of the shapes that want only the first rows of the order it gives."""
    database: str = ""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What one recommendation does to one shape, as planned. Costs are planner cost units per execution."""

    shape: str
    calls: int
    cost_before: float
    cost_after: float
    used: bool
    """The planner picks the index for this shape."""
    reason: str = ""
    """When not used or not faster: why."""
    plan_before: str = ""
    plan_after: str = ""
    """One line each: `Seq Scan on orders`, `Index Scan using orders_customer_id_idx`."""


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """One change, proved. `cost_*` are sums over the shapes it serves, weighted by calls."""

    id: str
    """12 hexadecimal digits over engine, database, action and what defines the index: stable over runs."""
    action: str
    """`create`, `drop`, `rewrite`, `statistics`, `setting`."""
    engine: str = "postgres"
    database: str = ""
    relation: str = ""
    """Qualified and quoted where needed: `public.orders`, `public."AspNetUsers"`."""
    name: str = ""
    """Index name."""
    index: IndexSpec | None = None
    ddl: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    cost_before: float = 0.0
    cost_after: float = 0.0
    measured_by: str = "heuristic"
    """`executed`, `twin`, `hypopg`, `explain` or `heuristic`."""
    size_bytes: int | None = None
    write_cost: float | None = None
    """Added share of the cost of one row insert, 0.1 = 10 %."""
    confidence: str = "high"
    reasons: tuple[str, ...] = ()
    review: tuple[Finding, ...] = ()
    """What the review rules say about the DDL."""


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """A shape (or a candidate of it) for which nothing is recommended, and why."""

    shape: str
    database: str = ""
    reason: str
    candidate: str = ""
    """DDL of the candidate that was refused, if there was one."""
    cost_before: float | None = None
    cost_after: float | None = None
