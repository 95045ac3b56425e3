"""The catalogue of a live database, read in one READ ONLY transaction by a handful of set-based queries.

Owns turning the server's rows into `advisor.model.catalog`. The queries are in `queries`; the way in is `connect`.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, cast

import psycopg
from psycopg import sql

from advisor.engines.postgres.catalog import queries
from advisor.engines.postgres.connect import Connection, Rows, connect, fetch
from advisor.model.catalog import Catalog, Column, ColumnStatistics, Constraint, Index, Table, Writes
from advisor.model.index import IndexKey, IndexSpec

Row = Mapping[str, Any]
STATISTICS_FIELDS = tuple(name for name in ColumnStatistics.__struct_fields__ if name != "inherited")
OLDEST = 130000


def load_catalog(dsn: str, *, values: bool = True) -> Catalog:
    """Schema, statistics, settings and usage counters of the database at `dsn` (PostgreSQL 13 to 18).

    `values=False` leaves data values (most common values, histogram bounds) on the server. What the role may not see is
    listed in `Catalog.notes`. Raises ConnectionFailed.
    """
    with connect(dsn) as connection:
        return read_catalog(connection, values=values)


def read_catalog(connection: Connection, *, values: bool = True) -> Catalog:
    """The same over an open transaction."""
    server = fetch(connection, queries.SERVER)[0]
    version = int(server["server_version"])
    relations = fetch(connection, queries.RELATIONS)
    oids = [relation["oid"] for relation in relations]
    indexes = fetch(connection, queries.INDEXES, oids)  # first: under the user's own search_path
    connection.execute("/* advisor */ SELECT set_config('search_path', '', true)")
    notes = [f"PostgreSQL {version // 10000} is older than what is tested (13 to 18)"] if version < OLDEST else []
    _measure(connection, relations, indexes)
    columns = fetch(connection, queries.COLUMNS, oids)
    notes += _unreadable(server["role"], relations, columns)
    constraints = _by(fetch(connection, queries.CONSTRAINTS, oids), lambda row: row["oid"])
    policies = _by(fetch(connection, queries.POLICIES, oids), lambda row: row["oid"])
    statistics = _statistics(fetch(connection, queries.statistics(version, values)))
    heights = _heights(connection, server["superuser"])
    columns_of = _by(columns, lambda row: row["oid"])
    indexes_of = _by(indexes, lambda row: row["table_oid"])
    tables = tuple(
        _table(
            relation,
            tuple(
                _column(c, statistics.get(_key(relation, c["name"]), ())) for c in columns_of.get(relation["oid"], ())
            ),
            tuple(_constraint(c) for c in constraints.get(relation["oid"], ())),
            tuple(_index(relation, i, statistics, heights) for i in indexes_of.get(relation["oid"], ())),
            tuple(p["definition"] for p in policies.get(relation["oid"], ())),
        )
        for relation in relations
    )
    return Catalog(
        database=server["database"],
        server_version=version,
        statistics="full" if values else "reduced",
        settings={r["name"]: r["value"] for r in fetch(connection, queries.SETTINGS, queries.OTHER_PLANNER_SETTINGS)},
        search_path=tuple(server["search_path"]),
        extensions={r["name"]: r["schema"] for r in fetch(connection, queries.EXTENSIONS)},
        definitions=_definitions(connection),
        tables=tables,
        views=tuple((r["schema"], r["name"], r["definition"]) for r in fetch(connection, queries.VIEWS)),
        extended_statistics=tuple(r["definition"] for r in fetch(connection, queries.EXTENDED_STATISTICS)),
        stats_reset=server["stats_reset"],
        collation=_database_collation(server),
        notes=tuple(notes),
    )


def _definitions(connection: Connection) -> tuple[str, ...]:
    """Schemas, collations, then types and functions in the order of their creation (a domain's check may call one)."""
    made = fetch(connection, queries.TYPES) + fetch(connection, queries.FUNCTIONS)
    rows = fetch(connection, queries.SCHEMAS) + fetch(connection, queries.COLLATIONS)
    return tuple(row["definition"].strip() for row in [*rows, *sorted(made, key=lambda row: int(row["oid"]))])


def _measure(connection: Connection, relations: Rows, indexes: Rows) -> None:
    """Bring pages and rows to today's file sizes: the planner scales them in the same way."""
    sizes = fetch(connection, queries.SIZES, [row["oid"] for row in [*relations, *indexes]])
    pages = {row["oid"]: int(row["pages"]) for row in sizes if row["pages"] is not None}
    for row in [*relations, *indexes]:
        now, then = pages.get(row["oid"], 0), int(row["pages"])
        if now and now != then:
            row["pages"] = now
            if then and row["rows"] > 0:
                row["rows"] = row["rows"] * now / then


def _unreadable(role: str, relations: Rows, columns: Rows) -> list[str]:
    """`pg_stats` shows a column only to those who may read it: name the tables where some are missing."""
    hidden = {row["oid"] for row in columns if not row["readable"]}
    notes = []
    for relation in relations:
        name = f"{relation['schema']}.{relation['name']}"
        if relation["oid"] in hidden:
            notes.append(f"role {role} may not read all columns of {name}: no statistics for those; grant SELECT on it")
        elif relation["hidden_by_policy"]:
            notes.append(f"row security hides the statistics of {name} from role {role}: use its owner or BYPASSRLS")
    return notes


def _heights(connection: Connection, superuser: bool) -> dict[int, int]:
    """B-tree heights by index oid, where `pageinspect` is installed and may be asked."""
    allowed = fetch(connection, queries.PAGEINSPECT) if superuser else []
    if not allowed:
        return {}
    query = sql.SQL(queries.HEIGHTS).format(metapage=sql.Identifier(allowed[0]["schema"], "bt_metap"))
    try:
        with connection.transaction():
            return {int(oid): int(level) for oid, level in connection.execute(query).fetchall()}
    except psycopg.Error:  # an index that was dropped or is locked meanwhile: heights are only the last per cent
        return {}


def _statistics(rows: Rows) -> dict[tuple[str, str, str], tuple[ColumnStatistics, ...]]:
    groups = _by(rows, lambda row: (row["schema"], row["table"], row["column"]))
    return {
        cast("tuple[str, str, str]", key): tuple(
            ColumnStatistics(
                inherited=row["inherited"],
                **{name: _plain(row[name]) for name in STATISTICS_FIELDS if row.get(name) is not None},
            )
            for row in sorted(group, key=lambda row: bool(row["inherited"]))
        )
        for key, group in groups.items()
    }


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _key(relation: Row, column: str) -> tuple[str, str, str]:
    return relation["schema"], relation["name"], column


def _table(
    row: Row,
    columns: tuple[Column, ...],
    constraints: tuple[Constraint, ...],
    indexes: tuple[Index, ...],
    policies: tuple[str, ...],
) -> Table:
    parents = tuple((schema, name) for schema, name in row["parents"] or ())
    return Table(
        schema=row["schema"],
        name=row["name"],
        kind=row["kind"],
        persistence=row["persistence"],
        columns=columns,
        constraints=constraints,
        indexes=indexes,
        pages=row["pages"],
        rows=row["rows"],
        all_visible=row["all_visible"],
        fillfactor=row["fillfactor"],
        writes=Writes(
            **{name: row[name] for name in Writes.__struct_fields__ if name != "index_scans"},
            index_scans=sum(index.scans or 0 for index in indexes),
        ),
        partition_key=row["partition_key"],
        partition_of=parents[0] if row["is_partition"] and parents else None,
        partition_bound=row["partition_bound"],
        inherits=() if row["is_partition"] else parents,
        row_security=row["row_security"],
        policies=policies,
    )


def _column(row: Row, statistics: tuple[ColumnStatistics, ...]) -> Column:
    names = ("name", "type", "not_null", "collation", "generated", "statistics_target")
    return Column(**{name: row[name] for name in names}, virtual=row["generation"] == "v", statistics=statistics)


def _constraint(row: Row) -> Constraint:
    target = row["references_table"]
    return Constraint(
        name=row["name"],
        kind=row["kind"],
        columns=tuple(row["columns"]),
        definition=row["definition"],
        references=(row["references_schema"], target) if target else None,
        referenced_columns=tuple(row["referenced_columns"]),
        validated=row["validated"],
    )


def _index(
    table: Row,
    row: Row,
    statistics: Mapping[tuple[str, str, str], tuple[ColumnStatistics, ...]],
    heights: Mapping[int, int],
) -> Index:
    keys, count = row["keys"], row["key_count"]
    expressions = [
        (position, found)
        for position, key in enumerate(keys[:count], 1)
        if key["expression"]
        for found in statistics.get((table["schema"], row["name"], key["attribute"]), ())
    ]
    spec = IndexSpec(
        schema=table["schema"],
        table=table["name"],
        keys=tuple(_index_key(key) for key in keys[:count]),
        include=tuple(key["column"] for key in keys[count:]),
        predicate=row["predicate"],
        method=row["method"],
        unique=row["unique"],
    )
    names = ("name", "definition", "primary", "constraint", "valid", "replica_identity", "pages", "rows")
    return Index(
        **{name: row[name] for name in (*names, "scans", "last_scan")},
        spec=spec,
        tree_level=heights.get(row["oid"]),
        statistics=tuple(expressions),
        parent=row["parent"] or "",
    )


def _index_key(key: Row) -> IndexKey:
    expression = key["expression"] or ""
    option = int(key["option"])  # pg_index.indoption: bit 1 descending, bit 2 nulls first
    descending, nulls_first = bool(option & 1), bool(option & 2)
    return IndexKey(
        column="" if expression else key["column"],
        # The server wraps what is no bare function call in one pair of parentheses.
        expression=expression[1:-1] if expression.startswith("(") else expression,
        descending=descending,
        nulls_first=None if nulls_first == descending else nulls_first,
        opclass=key["opclass"] or "",
        collation=key["collation"] or "",
    )


def _database_collation(server: Row) -> str:
    names = {"c": "libc", "d": "libc", "i": "icu", "b": "builtin"}
    return f"{names.get(server['provider'], 'libc')}:{server['locale'] or server['lc_collate']}"


def _by(rows: Iterable[dict[str, Any]], key: Callable[[Row], Hashable]) -> dict[Any, list[dict[str, Any]]]:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
