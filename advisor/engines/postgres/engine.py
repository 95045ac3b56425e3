"""PostgreSQL behind the Engine protocol: candidates from statements, DDL from specs."""

from collections.abc import Mapping

from advisor.engines.postgres import render
from advisor.engines.postgres.candidates import propose
from advisor.engines.postgres.shape import read_shape
from advisor.engines.postgres.shape.access import Reading
from advisor.model.catalog import Catalog, Table
from advisor.model.event import Skip
from advisor.model.index import IndexSpec
from advisor.model.recommendation import Candidate
from advisor.model.workload import Workload


class PostgresEngine:
    """Stateless: one instance serves every database."""

    name = "postgres"

    def candidates(self, workload: Workload, catalog: Catalog) -> tuple[list[Candidate], list[Skip]]:
        """Indexes worth asking about, and the shapes that could not be read."""
        readings = {shape.id: read_shape(shape, catalog) for shape in workload.shapes}
        skipped = [
            Skip(source=catalog.database, reason=reading.reason, example=shape)
            for shape, reading in sorted(readings.items())
            if reading.reason
        ]
        return self.propose(readings, catalog), skipped

    def propose(self, readings: Mapping[str, Reading], catalog: Catalog) -> list[Candidate]:
        """The same from statements that were read already."""
        return propose(readings, catalog)

    def ddl(self, spec: IndexSpec, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """({CREATE INDEX CONCURRENTLY}, {DROP INDEX CONCURRENTLY}): neither blocks writes."""
        return (render.create_index(spec, name),), (render.drop_index(spec.schema, name),)

    def partitioned_ddl(
        self, spec: IndexSpec, name: str, partitions: tuple[Table, ...], names: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The same for a partitioned table, whose index cannot be built CONCURRENTLY as a whole: an empty index on the
        parent ONLY, one on each partition, and their attachment, after which the parent's becomes valid."""
        own = render.definition(spec).removeprefix(render.qualified(spec.schema, spec.table))
        parent = f"CREATE INDEX {render.quote_ident(name)} ON ONLY {render.qualified(spec.schema, spec.table)}{own}"
        builds: list[str] = []
        attachments: list[str] = []
        for table, part in zip(partitions, names, strict=True):
            target = render.qualified(table.schema, table.name)
            builds.append(f"CREATE INDEX CONCURRENTLY {render.quote_ident(part)} ON {target}{own}")
            attachments.append(
                f"ALTER INDEX {render.qualified(spec.schema, name)} ATTACH PARTITION {render.qualified(table.schema, part)}"
            )
        return (parent, *builds, *attachments), (render.drop_index(spec.schema, name, concurrently=False),)
