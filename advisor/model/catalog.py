"""Catalog: schema and statistics of one PostgreSQL database, from a live server, a snapshot file or DDL text.

Numbers are the server's own: `pages` are 8 kB blocks, `rows` is `pg_class.reltuples` (-1 = never analysed),
`*_freqs` are shares of all rows. Texts named `definition` are SQL the server printed (`pg_get_indexdef` and so on).
"""

import msgspec

from advisor.model.index import IndexSpec


class ColumnStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `pg_stats`. Arrays of values are PostgreSQL array literals as text (`{a,"b c"}`): they are data."""

    inherited: bool = False
    null_frac: float
    avg_width: int
    n_distinct: float
    correlation: float | None = None
    most_common_vals: str | None = None
    most_common_freqs: tuple[float, ...] | None = None
    histogram_bounds: str | None = None
    most_common_elems: str | None = None
    most_common_elem_freqs: tuple[float, ...] | None = None
    elem_count_histogram: tuple[float, ...] | None = None
    range_length_histogram: str | None = None
    range_empty_frac: float | None = None
    range_bounds_histogram: str | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    type: str
    """`format_type()` with its modifier, for example `numeric(10,2)`, `public.citext`, `text[]`."""
    not_null: bool = False
    collation: str = ""
    """Quoted and qualified, only when it differs from the type's own."""
    generated: str = ""
    """Expression of a generated column."""
    virtual: bool = False
    """The generated column is computed when read (PostgreSQL 18), not stored."""
    statistics_target: int | None = None
    statistics: tuple[ColumnStatistics, ...] = ()


class Constraint(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    kind: str
    """p primary key, u unique, f foreign key, c check, x exclusion."""
    columns: tuple[str, ...] = ()
    definition: str
    references: tuple[str, str] | None = None
    """(schema, table) of the referenced table of a foreign key."""
    referenced_columns: tuple[str, ...] = ()
    validated: bool = True


class Index(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    spec: IndexSpec
    definition: str
    primary: bool = False
    constraint: bool = False
    """Backs a primary key, unique or exclusion constraint."""
    valid: bool = True
    replica_identity: bool = False
    pages: int = 0
    rows: float = 0
    tree_level: int | None = None
    """B-tree height where it is known (`pageinspect`) or can be derived; None = estimate it."""
    scans: int | None = None
    last_scan: str | None = None
    statistics: tuple[tuple[int, ColumnStatistics], ...] = ()
    """(1-based key position, statistics) of expression keys."""
    parent: str = ""
    """Name of the partitioned index it is attached to."""


class Writes(msgspec.Struct, frozen=True, kw_only=True):
    """Counters of `pg_stat_all_tables` since `Catalog.stats_reset`."""

    inserted: int = 0
    updated: int = 0
    hot_updated: int = 0
    deleted: int = 0
    seq_scans: int = 0
    index_scans: int = 0
    modified_since_analyze: int = 0
    last_analyze: str | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    schema: str
    name: str
    kind: str = "r"
    """r table, p partitioned table, m materialised view, f foreign table."""
    persistence: str = "p"
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    pages: int = 0
    rows: float = -1
    all_visible: int = 0
    fillfactor: int = 100
    writes: Writes | None = None
    partition_key: str = ""
    """`pg_get_partkeydef`, of a partitioned table."""
    partition_of: tuple[str, str] | None = None
    """(schema, name) of the parent."""
    partition_bound: str = ""
    inherits: tuple[tuple[str, str], ...] = ()
    """(schema, name) of the parents by plain inheritance; a partition's parent is `partition_of`."""
    row_security: bool = False
    policies: tuple[str, ...] = ()
    """CREATE POLICY statements, rebuilt."""


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """One database. Tables are sorted by (schema, name); parents come before their partitions in `definitions`."""

    version: int = 1
    engine: str = "postgres"
    database: str = ""
    server_version: int = 0
    """`server_version_num`, for example 180004; 0 = unknown (DDL text)."""
    statistics: str = "full"
    """`full`, `reduced` (no data values) or `none` (DDL text)."""
    settings: dict[str, str] = {}
    """Planner-relevant settings that differ from the default, in SET syntax."""
    search_path: tuple[str, ...] = ("public",)
    extensions: dict[str, str] = {}
    """name -> schema."""
    definitions: tuple[str, ...] = ()
    """Schemas, types, domains, functions used by indexes or constraints: DDL in an order that runs."""
    tables: tuple[Table, ...] = ()
    views: tuple[tuple[str, str, str], ...] = ()
    """(schema, name, definition as CREATE VIEW), in an order that runs."""
    extended_statistics: tuple[str, ...] = ()
    stats_reset: str | None = None
    collation: str = ""
    """The database's default, `libc:en_US.UTF-8`, `icu:en-US` or `builtin:C.UTF-8`; `` = unknown."""
    notes: tuple[str, ...] = ()
    """What could not be read, and why: for people."""

    def table(self, schema: str, name: str) -> Table | None:
        """The table of that exact schema and name, or None."""
        return next((t for t in self.tables if t.name == name and t.schema == schema), None)

    def resolve(self, name: str, schema: str = "") -> Table | None:
        """The table that `schema.name` means: looked up along the search path when no schema is given."""
        for candidate in (schema,) if schema else (*self.search_path, "public"):
            if found := self.table(candidate, name):
                return found
        return None
