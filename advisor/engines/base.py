"""What an engine offers. PostgreSQL and MongoDB are two packages with the same module names behind these Protocols."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from advisor.model.catalog import Catalog
from advisor.model.event import Skip
from advisor.model.index import IndexSpec
from advisor.model.plan import Plan
from advisor.model.recommendation import Candidate
from advisor.model.workload import Shape, Workload


class WhatIf(Protocol):
    """Answers "what would this statement cost if these indexes existed?" for one database."""

    measured_by: str
    """`twin`, `hypopg` or `executed`."""
    server: str
    """For people: `PostgreSQL 18.4, embedded`."""
    notes: tuple[str, ...]
    """What does not match production, and what that costs in accuracy."""

    def add(self, specs: Iterable[IndexSpec]) -> Mapping[IndexSpec, str]:
        """Make these indexes available to `explain`. Returns the refused ones with the server's words."""
        ...

    def explain(self, shape: Shape, indexes: Collection[IndexSpec] = (), *, hidden: Collection[str] = ()) -> Plan:
        """Plan of the shape's sample (else of its text, generically) with `indexes` added and existing indexes named in
        `hidden` switched off. Raises NotPlannable with the server's words."""
        ...

    def index_name(self, spec: IndexSpec) -> str:
        """Under which name `spec` appears in plans."""
        ...

    def size_bytes(self, spec: IndexSpec) -> int:
        """Estimated size on disk."""
        ...


class Engine(Protocol):
    """One database engine."""

    name: str

    def candidates(self, workload: Workload, catalog: Catalog) -> tuple[list[Candidate], list[Skip]]:
        """Indexes worth asking about, and shapes that could not be analysed."""
        ...

    def ddl(self, spec: IndexSpec, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(statements that create it, statements that undo that), safe for a live server."""
        ...
