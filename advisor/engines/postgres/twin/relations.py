"""The twin's relations as the server knows them: oids, files, what belongs to which table or parent index.

Owns making files long (so that the planner sees production) and short (so that DDL has nothing to read).
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from advisor.engines.postgres.twin import files
from advisor.engines.postgres.twin.site import Connection, Site
from advisor.engines.postgres.twin.statistics import RelationSize, set_sizes

_RELATIONS = """
SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, coalesce(am.amname::text, ''),
       coalesce(pg_relation_filepath(c.oid), ''), coalesce(i.indrelid, 0)::bigint,
       coalesce((SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid LIMIT 1), 0)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_am am ON am.oid = c.relam
WHERE c.relkind IN ('r', 'p', 'i', 'I') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
ORDER BY c.oid
"""


class Relation(NamedTuple):
    """One table or index of the twin."""

    oid: int
    schema: str
    name: str
    kind: str
    method: str
    path: str
    """Of the first segment, relative to the data directory; `` for partitioned ones."""
    table: int
    """Oid of the table that an index belongs to, else 0."""
    parent: int
    """Oid of the partitioned table or index that it is a part of, else 0."""


class Extent(NamedTuple):
    """How large a relation shall look: pages, rows, all-visible pages, height of a B-tree."""

    pages: int
    rows: float
    all_visible: int = 0
    level: int = 0


class Relations:
    """What exists, and how large each relation shall look. Refreshed from the server after DDL."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.by_oid: dict[int, Relation] = {}
        self.extents: dict[int, Extent] = {}

    def refresh(self, admin: Connection) -> None:
        """Read again what exists; extents of what is gone are forgotten."""
        rows = admin.execute(_RELATIONS).fetchall()
        self.by_oid = {row[0]: Relation(*row) for row in rows}
        self.extents = {oid: extent for oid, extent in self.extents.items() if oid in self.by_oid}

    def named(self) -> dict[tuple[str, str], Relation]:
        """All relations by (schema, name)."""
        return {(relation.schema, relation.name): relation for relation in self.by_oid.values()}

    def family(self, oid: int) -> list[int]:
        """The relation and all partitions below it."""
        return [oid, *(below for other in self._children().get(oid, ()) for below in self.family(other))]

    def _children(self) -> Mapping[int, list[int]]:
        children: dict[int, list[int]] = {}
        for relation in self.by_oid.values():
            if relation.parent:
                children.setdefault(relation.parent, []).append(relation.oid)
        return children

    def shrink_tables(self, oids: Iterable[int]) -> None:
        """Make these tables' files empty: DDL on them then takes no time. `stretch` undoes it."""
        for oid in oids:
            if self.by_oid[oid].path and not self.by_oid[oid].table:
                files.resize(self._file(oid), 0)

    def stretch(self, admin: Connection, oids: Collection[int]) -> None:
        """Give these relations the files and the `pg_class` figures of their extents."""
        known = [oid for oid in oids if oid in self.extents and oid in self.by_oid]
        for oid in known:
            relation, extent = self.by_oid[oid], self.extents[oid]
            if not relation.path:
                continue
            file, least = self._file(oid), 0
            if relation.table and relation.method != "btree":
                least = -(-file.stat().st_size // files.PAGE)  # its first pages hold what the planner reads
            elif relation.table and self._site.writable_pages and extent.pages > 1:
                least = files.plant_tree(file, extent.level)
            elif relation.table:
                least = 1
            files.resize(file, max(extent.pages, least))
        set_sizes(admin, [RelationSize(oid, *self.extents[oid][:3]) for oid in known])

    def _file(self, oid: int) -> Path:
        return self._site.data_directory / self.by_oid[oid].path
