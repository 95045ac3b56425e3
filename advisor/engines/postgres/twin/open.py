"""Opening a twin: site, schema, statistics, sizes, in this order."""

from collections.abc import Iterator
from contextlib import contextmanager

from advisor.engines.postgres.servers import Installation
from advisor.engines.postgres.twin import estimate, sizes
from advisor.engines.postgres.twin.assumptions import NOTE, assume
from advisor.engines.postgres.twin.build import build_schema
from advisor.engines.postgres.twin.planner import SWITCH_FUNCTION
from advisor.engines.postgres.twin.relations import Extent, Relations
from advisor.engines.postgres.twin.site import Connection, Site, open_site
from advisor.engines.postgres.twin.statistics import column_statistics, load_statistics
from advisor.engines.postgres.twin.whatif import Twin
from advisor.model.catalog import Catalog


@contextmanager
def open_twin(catalog: Catalog, *, dsn: str | None = None, installation: Installation | None = None) -> Iterator[Twin]:
    """A twin of the database in `catalog`, gone at the end of the context.

    It lives on the server `dsn` (a superuser's, on this machine), else on `installation`, else on the best match that
    this machine has. Raises ServerMissing or ConnectionFailed; what differs from production is in `Twin.notes`.
    """
    catalog = assume(catalog)
    with open_site(catalog, dsn=dsn, installation=installation) as site:
        notes = [*_differences(catalog, site), *build_schema(site, catalog)]
        relations = Relations(site)
        with site.admin() as admin:
            admin.execute(SWITCH_FUNCTION)
            relations.refresh(admin)
            notes += load_statistics(admin, site.version, list(column_statistics(admin, catalog)))
            _size(admin, relations, catalog)
        twin = Twin(site, catalog, relations, notes)
        try:
            yield twin
        finally:
            twin.close()


def _size(admin: Connection, relations: Relations, catalog: Catalog) -> None:
    """Every table and index as long as the catalogue says; heights that it does not know are derived."""
    named = relations.named()
    invalid: list[int] = []
    indexes = {}
    for table in catalog.tables:
        relation = named.get((table.schema, table.name))
        if relation:
            relations.extents[relation.oid] = Extent(max(0, table.pages), table.rows, table.all_visible)
        for index in table.indexes:
            found = named.get((table.schema, index.name))
            if found and found.table:
                indexes[found.oid] = index
                if not index.valid:
                    invalid.append(found.oid)
    columns = estimate.stored_columns(admin, list(indexes))
    for oid, index in indexes.items():
        fields = [column.field for column in columns.get(oid, ())]
        level = index.tree_level if index.tree_level is not None else sizes.height(index.pages, fields)
        extent = Extent(index.pages, index.rows, level=level)
        if catalog.statistics == "none" and oid in columns:
            relation = relations.by_oid[oid]
            heap = relations.extents[relation.table]
            extent = estimate.index_extent(None, relation, heap, "", columns[oid], index.spec)
        relations.extents[oid] = extent
    relations.stretch(admin, list(relations.extents))
    admin.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = ANY(%s)", (invalid,))


def _differences(catalog: Catalog, site: Site) -> list[str]:
    notes = list(catalog.notes)
    ours, theirs = site.version // 10000, catalog.server_version // 10000
    if theirs and ours != theirs:
        notes.append(
            f"production runs PostgreSQL {theirs}, the twin PostgreSQL {ours}: their planners differ in places"
        )
    if not site.writable_pages:
        notes.append(
            "the twin's server has data checksums or wal_level = minimal: index look-ups cost a little less than in production"
        )
    if catalog.statistics == "none":
        notes.append(NOTE)
    if catalog.statistics == "reduced":
        notes.append("the snapshot has no data values: skewed columns and ranges are planned with averages")
    return notes
