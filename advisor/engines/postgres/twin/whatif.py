"""The twin itself: really built indexes that look full-size, switched on and off around each question."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import psycopg
from msgspec.structs import replace

from advisor.engines.postgres import render
from advisor.engines.postgres.twin import estimate
from advisor.engines.postgres.twin.build import first_line
from advisor.engines.postgres.twin.derive import expression_statistics
from advisor.engines.postgres.twin.planner import Planner, numbered
from advisor.engines.postgres.twin.relations import Relation, Relations
from advisor.engines.postgres.twin.site import Connection, Site, run_alone
from advisor.engines.postgres.twin.statistics import Target, load_statistics
from advisor.errors import InputError
from advisor.model.catalog import Catalog
from advisor.model.index import IndexSpec
from advisor.model.plan import Plan, PlanNode
from advisor.model.workload import Shape

_SWITCH_OFF = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = ANY(%s)"


class Twin:
    """Answers "what would this cost with these indexes?" (`engines.base.WhatIf`) over production's statistics."""

    measured_by = "twin"

    def __init__(self, site: Site, catalog: Catalog, relations: Relations, notes: Sequence[str]) -> None:
        self.server = site.label
        self.notes = tuple(notes)
        self._site = site
        self._catalog = catalog
        self._relations = relations
        self._built: dict[IndexSpec, list[int]] = {}
        self._candidates: set[int] = set()
        self._planner = Planner(site)

    def close(self) -> None:
        """End the planner's session."""
        self._planner.close()

    def add(self, specs: Iterable[IndexSpec]) -> Mapping[IndexSpec, str]:
        """Build these indexes, switched off. Returns the refused ones with the server's words."""
        wanted = [spec for spec in dict.fromkeys(specs) if spec not in self._built]
        tables = self._tables(wanted)
        refused = {spec: f"table {spec.schema}.{spec.table} is unknown" for spec in wanted if spec not in tables}
        if not tables:
            return refused
        with self._site.admin() as admin:
            family = sorted({oid for table in tables.values() for oid in self._relations.family(table.oid)})
            self._relations.shrink_tables(family)
            names, failed = self._create(list(tables))
            self._relations.refresh(admin)
            made = self._relations.named()
            for spec, name in names.items():
                self._built[spec] = self._relations.family(made[spec.schema, name].oid)
            fresh = [oid for spec in names for oid in self._built[spec]]
            self._candidates.update(fresh)
            admin.execute(_SWITCH_OFF, (fresh,))
            self._relations.stretch(admin, family)
            specs_of = {oid: spec for spec in names for oid in self._built[spec]}
            self._derive(admin, specs_of)
            self._reconnect()
            self._size(admin, specs_of)
        self._reconnect()
        return refused | failed

    def explain(self, shape: Shape, indexes: Collection[IndexSpec] = (), *, hidden: Collection[str] = ()) -> Plan:
        """The plan of the shape's sample, else of its text, with `indexes` on and existing ones named `hidden` off.

        Raises NotPlannable with the server's words, InputError for an index that was never added.
        """
        switched, owners = self._switched(indexes, hidden)
        if shape.sample:
            plan = self._planner.plan(shape.sample.text, shape.sample.parameters, switched)
        else:
            plan = self._planner.plan(numbered(shape.text), None, switched)
        return replace(plan, root=_renamed(plan.root, owners)) if owners else plan

    def index_name(self, spec: IndexSpec) -> str:
        """The name of the added index in plans."""
        return self._relations.by_oid[self._oids(spec)[0]].name

    def size_bytes(self, spec: IndexSpec) -> int:
        """Estimated size of the added index with all its partitions."""
        extents = self._relations.extents
        return sum(extents[oid].pages * 8192 for oid in self._oids(spec) if oid in extents)

    def apply(self, statements: Sequence[str]) -> None:
        """Run DDL of a migration, statement by statement, as the owner of the schema.

        Raises InputError with the server's words at the first one that fails.
        """
        with self._site.admin() as admin:
            before = set(self._relations.by_oid)
            self._relations.shrink_tables(before)
            try:
                self._run(statements)
            finally:
                self._relations.refresh(admin)
                self._relations.stretch(admin, list(self._relations.by_oid))
                self._reconnect()
                self._size(admin, self._new_indexes(before))
                self._reconnect()

    def _new_indexes(self, before: Collection[int]) -> dict[int, IndexSpec]:
        """Indexes that DDL made: what is known of their definition decides their size."""
        return {
            oid: IndexSpec(schema=relation.schema, table=self._relations.by_oid[relation.table].name, keys=())
            for oid, relation in self._relations.by_oid.items()
            if oid not in before and relation.table
        }

    def _run(self, statements: Sequence[str]) -> None:
        with self._site.owner() as owner:
            for statement in statements:
                try:
                    run_alone(owner, statement)
                except psycopg.Error as error:
                    where = statement.strip().split("\n", 1)[0][:80]
                    raise InputError(f"`{where}` fails on the twin: {first_line(error)}", "Correct it.") from error

    def _create(self, specs: Sequence[IndexSpec]) -> tuple[dict[IndexSpec, str], dict[IndexSpec, str]]:
        """({spec: name}, {spec: the server's words})."""
        taken = {relation.name for relation in self._relations.by_oid.values()}
        names, failed = {}, {}
        with self._site.owner() as owner:
            for spec in specs:
                name = render.index_name(spec, taken)
                try:
                    run_alone(owner, render.create_index(spec, name, concurrently=False))
                    names[spec] = name
                    taken.add(name)
                except psycopg.Error as error:
                    failed[spec] = first_line(error)
        return names, failed

    def _derive(self, admin: Connection, indexes: Mapping[int, IndexSpec]) -> None:
        """Give expression keys the statistics that ANALYZE would find."""
        found = []
        with self._site.owner() as owner:
            for oid, spec in indexes.items():
                relation = self._relations.by_oid[oid]
                table = self._relations.by_oid[relation.table]
                known = self._catalog.table(table.schema, table.name)
                if known and any(key.expression for key in spec.keys):
                    label = render.qualified(table.schema, table.name)
                    for position, row in expression_statistics(owner, known, label, spec):
                        found.append((Target(relation.schema, relation.name, position), row))
        load_statistics(admin, self._site.version, found)

    def _size(self, admin: Connection, indexes: Mapping[int, IndexSpec]) -> None:
        """Estimate these indexes and make them look so."""
        leaves = [oid for oid in indexes if self._relations.by_oid[oid].path]
        columns = estimate.stored_columns(admin, leaves)
        for oid in leaves:
            relation = self._relations.by_oid[oid]
            table = self._relations.by_oid[relation.table]
            extent = self._relations.extents.get(table.oid)
            if extent:
                self._relations.extents[oid] = estimate.index_extent(
                    self._planner, relation, extent, estimate.table_label(table), columns[oid], indexes[oid]
                )
        self._relations.stretch(admin, leaves)

    def _switched(self, indexes: Collection[IndexSpec], hidden: Collection[str]) -> tuple[list[int], dict[str, str]]:
        """(oids to turn over, {name of a partition's index: name of the candidate it belongs to})."""
        oids: list[int] = []
        owners: dict[str, str] = {}
        for spec in indexes:
            first, *parts = self._oids(spec)
            oids += [first, *parts]
            owners |= {self._relations.by_oid[oid].name: self._relations.by_oid[first].name for oid in parts}
        for relation in self._relations.by_oid.values() if hidden else ():
            if relation.table and relation.name in hidden and relation.oid not in self._candidates:
                oids += self._relations.family(relation.oid)
        return list(dict.fromkeys(oids)), owners

    def _oids(self, spec: IndexSpec) -> list[int]:
        if spec not in self._built:
            raise InputError(f"the index on {spec.schema}.{spec.table} was not added to the twin, or was refused")
        return self._built[spec]

    def _tables(self, specs: Iterable[IndexSpec]) -> dict[IndexSpec, Relation]:
        named = self._relations.named()
        found = {spec: named.get((spec.schema, spec.table)) for spec in specs}
        return {spec: relation for spec, relation in found.items() if relation and not relation.table}

    def _reconnect(self) -> None:
        """A session caches sizes and heights: after a change a new one is needed."""
        self._planner.close()
        self._planner = Planner(self._site)


def _renamed(node: PlanNode, owners: Mapping[str, str]) -> PlanNode:
    children = tuple(_renamed(child, owners) for child in node.children)
    return replace(node, index=owners.get(node.index, node.index), children=children)
