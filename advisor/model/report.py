"""Report: the one JSON document that every output format, `review`, `migrate` and the gate read."""

from typing import Any

import msgspec

from advisor.model.event import Skip, SourceSummary
from advisor.model.finding import Finding
from advisor.model.recommendation import Recommendation, Silence


class ReportShape(msgspec.Struct, frozen=True, kw_only=True):
    """A shape as reported: times in milliseconds; null where no duration was logged."""

    id: str
    engine: str
    database: str
    text: str
    calls: int
    total_ms: float | None
    mean_ms: float | None
    p95_ms: float | None
    rows: int | None = None
    tags: dict[str, dict[str, int]] = {}
    cost: float | None = None
    """Planner cost of one execution as the database is now; null when it was not planned."""
    plan: str = ""
    """Order-sensitive outline of that plan: `Limit[Index Scan(orders o, orders_created_idx)]`."""
    not_planned: str = ""
    """Why there is no cost: the server's words, or `no schema given`."""
    sample: str | None = None
    """Slowest execution with its literals; only with --show-literals."""


class Planner(msgspec.Struct, frozen=True, kw_only=True):
    """What answered the what-if questions for one database, and what it did not know."""

    database: str
    measured_by: str
    server: str
    statistics: str
    notes: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one run found out. `version` changes when a field changes its meaning or goes away."""

    version: int = 1
    sources: tuple[SourceSummary, ...] = ()
    planners: tuple[Planner, ...] = ()
    shapes: tuple[ReportShape, ...] = ()
    findings: tuple[Finding, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    silences: tuple[Silence, ...] = ()
    skipped: tuple[Skip, ...] = ()
    summary: dict[str, Any] = {}
