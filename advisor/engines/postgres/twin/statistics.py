"""Production's statistics in the twin's catalogues: relations by UPDATE, columns by the server's own function from 18 on.

Before 18 there is no such function: rows of `pg_statistic` are written as ANALYZE would (slots as in
src/include/catalog/pg_statistic.h), values through `array_in`, since `anyarray` has no input of its own.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg

from advisor.engines.postgres.twin.site import Connection
from advisor.model.catalog import Catalog, ColumnStatistics

RESTORE_FUNCTION = 180000


class Target(NamedTuple):
    """Whose statistics: a column of a table, or an expression key of an index (both by their number)."""

    schema: str
    relation: str
    number: int


class RelationSize(NamedTuple):
    """What `pg_class` says of one relation."""

    oid: int
    pages: int
    rows: float
    all_visible: int


_SET_SIZES = """
UPDATE pg_class c SET relpages = s.pages, reltuples = s.rows, relallvisible = s.all_visible
FROM unnest(%s::oid[], %s::int[], %s::real[], %s::int[]) s (oid, pages, rows, all_visible) WHERE c.oid = s.oid
"""

_NUMBERS = """
SELECT n.nspname::text, c.relname::text, a.attname::text, a.attnum::int
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname NOT LIKE 'pg\\_%'
  AND n.nspname <> 'information_schema'
"""

_RESTORE = """
SELECT pg_restore_attribute_stats(
  'schemaname', %s::text, 'relname', %s::text, 'attname', (SELECT attname::text FROM pg_attribute
     WHERE attrelid = format('%%I.%%I', %s::text, %s::text)::regclass AND attnum = %s::int2),
  'inherited', %s::boolean, 'null_frac', %s::real, 'avg_width', %s::integer, 'n_distinct', %s::real,
  'correlation', %s::real, 'most_common_vals', %s::text, 'most_common_freqs', %s::real[],
  'histogram_bounds', %s::text, 'most_common_elems', %s::text, 'most_common_elem_freqs', %s::real[],
  'elem_count_histogram', %s::real[], 'range_length_histogram', %s::text, 'range_empty_frac', %s::real,
  'range_bounds_histogram', %s::text)
"""

# Operators of the default B-tree class of each column's type; arrays, enums and ranges share one class per family.
_TYPES = """
SELECT n.nspname::text, c.relname::text, a.attnum::int, a.attrelid::oid::bigint AS oid, b.oid::bigint AS type,
  a.attcollation::oid::bigint AS collation, e.element::bigint AS element,
  (SELECT amopopr::oid::bigint FROM pg_amop WHERE amopfamily = f.family AND amopstrategy = 3
    AND amoplefttype = f.input AND amoprighttype = f.input) AS equal,
  (SELECT amopopr::oid::bigint FROM pg_amop WHERE amopfamily = f.family AND amopstrategy = 1
    AND amoplefttype = f.input AND amoprighttype = f.input) AS less,
  (SELECT o.oid::bigint FROM pg_operator o JOIN pg_opclass oc ON oc.opcmethod = 403 AND oc.opcdefault
      AND oc.opcintype = CASE WHEN e.element = 1043 THEN 25 ELSE e.element END
    JOIN pg_amop ap ON ap.amopfamily = oc.opcfamily AND ap.amopstrategy = 3 AND ap.amoplefttype = oc.opcintype
      AND ap.amoprighttype = oc.opcintype AND ap.amopopr = o.oid LIMIT 1) AS element_equal
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
CROSS JOIN LATERAL (SELECT CASE WHEN b.oid = 3614 THEN 25 WHEN b.typcategory = 'A' THEN b.typelem ELSE 0 END) e (element)
LEFT JOIN LATERAL (SELECT opcfamily AS family, opcintype AS input FROM pg_opclass
  WHERE opcmethod = 403 AND opcdefault AND opcintype = CASE
    WHEN b.oid = 1043 THEN 25 WHEN b.typcategory = 'A' THEN 2277 WHEN b.typtype = 'e' THEN 3500
    WHEN b.typtype = 'r' THEN 3831 WHEN b.typtype = 'c' THEN 2249 ELSE b.oid END LIMIT 1) f ON true
WHERE c.relkind IN ('r', 'p', 'i') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname NOT LIKE 'pg\\_%'
  AND n.nspname <> 'information_schema'
"""


def set_sizes(admin: Connection, sizes: Sequence[RelationSize]) -> None:
    """Write pages, rows and all-visible pages of these relations."""
    oids, pages, visible = ([size[i] for size in sizes] for i in (0, 1, 3))
    admin.execute(_SET_SIZES, (oids, pages, [float(size.rows) for size in sizes], visible))


def load_statistics(admin: Connection, version: int, rows: Sequence[tuple[Target, ColumnStatistics]]) -> list[str]:
    """Write these column statistics; notes about what the server did not take. `version` is `server_version_num`."""
    if version >= RESTORE_FUNCTION:
        return _restore(admin, rows)
    return _insert(admin, rows)


def column_statistics(admin: Connection, catalog: Catalog) -> Iterator[tuple[Target, ColumnStatistics]]:
    """Everything that the catalogue knows about columns and expression keys that exist in the twin."""
    numbers = {(schema, table, column): number for schema, table, column, number in admin.execute(_NUMBERS).fetchall()}
    for table in catalog.tables:
        for column in table.columns:
            number = numbers.get((table.schema, table.name, column.name))
            for found in column.statistics if number else ():
                yield Target(table.schema, table.name, number or 0), found
        for index in table.indexes:
            for position, found in index.statistics:
                yield Target(table.schema, index.name, position), found


def _restore(admin: Connection, rows: Sequence[tuple[Target, ColumnStatistics]]) -> list[str]:
    warnings: list[str] = []
    admin.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
    parameters = [
        (
            *(target.schema, target.relation, target.schema, target.relation, target.number),
            *(s.inherited, s.null_frac, s.avg_width, s.n_distinct, s.correlation),
            *(s.most_common_vals, _list(s.most_common_freqs), s.histogram_bounds),
            *(s.most_common_elems, _list(s.most_common_elem_freqs), _list(s.elem_count_histogram)),
            *(s.range_length_histogram, s.range_empty_frac, s.range_bounds_histogram),
        )
        for target, s in rows
    ]
    refused = _each(admin, _RESTORE, rows, parameters)
    return refused + [f"statistics: {warning}" for warning in sorted(set(warnings))]


def _each(
    admin: Connection, query: str, rows: Sequence[tuple[Target, ColumnStatistics]], parameters: Sequence[Sequence[Any]]
) -> list[str]:
    """All at once; one by one only when one of them fails, to name it."""
    try:
        with admin.transaction(), admin.cursor() as cursor:
            cursor.executemany(query.encode(), parameters)
        return []
    except psycopg.Error:
        notes = []
        for (target, _), values in zip(rows, parameters, strict=True):
            try:
                admin.execute(query.encode(), values)
            except psycopg.Error as error:
                words = str(error.diag.message_primary or error)
                notes.append(f"statistics of {target.schema}.{target.relation} ({target.number}): {words}")
        return notes


def _list(values: tuple[float, ...] | None) -> list[float] | None:
    return None if values is None else list(values)


class Slot(NamedTuple):
    """One of the five slots of a `pg_statistic` row."""

    kind: int
    operator: int
    collation: int
    numbers: tuple[float, ...] | None
    values: str | None
    value_type: int


_EMPTY = Slot(0, 0, 0, None, None, 25)
_INSERT = """
INSERT INTO pg_statistic VALUES (%s::oid, %s::int2, %s::boolean, %s::real, %s::int4, %s::real,
  %s::int2, %s::int2, %s::int2, %s::int2, %s::int2, %s::oid, %s::oid, %s::oid, %s::oid, %s::oid,
  %s::oid, %s::oid, %s::oid, %s::oid, %s::oid, %s::real[], %s::real[], %s::real[], %s::real[], %s::real[],
  array_in(%s, %s::oid, -1), array_in(%s, %s::oid, -1), array_in(%s, %s::oid, -1), array_in(%s, %s::oid, -1),
  array_in(%s, %s::oid, -1))
"""
"""All columns of `pg_statistic`: five slots of kind, operator, collation, numbers and values."""


def _insert(admin: Connection, rows: Sequence[tuple[Target, ColumnStatistics]]) -> list[str]:
    types = {Target(*row[:3]): row[3:] for row in admin.execute(_TYPES.encode()).fetchall()}
    known = [(target, statistics) for target, statistics in rows if target in types]
    admin.execute(
        "DELETE FROM pg_statistic s USING unnest(%s::oid[], %s::int2[], %s::boolean[]) d (oid, number, inherited)"
        " WHERE (s.starelid, s.staattnum, s.stainherit) = (d.oid, d.number, d.inherited)",
        ([types[t][0] for t, _ in known], [t.number for t, _ in known], [s.inherited for _, s in known]),
    )
    parameters = []
    for target, s in known:
        slots = _slots(s, *types[target][1:])
        head = (types[target][0], target.number, s.inherited, s.null_frac, s.avg_width, s.n_distinct)
        kinds = [slot.kind for slot in slots] + [slot.operator for slot in slots] + [slot.collation for slot in slots]
        values = [part for slot in slots for part in (slot.values, slot.value_type)]
        parameters.append((*head, *kinds, *(_list(slot.numbers) for slot in slots), *values))
    return _each(admin, _INSERT, known, parameters)


def _slots(
    s: ColumnStatistics, type: int, collation: int, element: int, equal: int, less: int, element_equal: int
) -> list[Slot]:
    """The slots that ANALYZE would fill; at most five apply to one type."""
    slots = []
    if s.most_common_vals and s.most_common_freqs and equal:
        slots.append(Slot(1, equal, collation, s.most_common_freqs, s.most_common_vals, type))
    if s.histogram_bounds and less:
        slots.append(Slot(2, less, collation, None, s.histogram_bounds, type))
    if s.correlation is not None and less:
        slots.append(Slot(3, less, collation, (s.correlation,), None, type))
    if s.most_common_elems and s.most_common_elem_freqs and element_equal:
        slots.append(Slot(4, element_equal, collation, s.most_common_elem_freqs, s.most_common_elems, element))
    if s.elem_count_histogram and element_equal:
        slots.append(Slot(5, element_equal, collation, s.elem_count_histogram, None, element))
    if s.range_length_histogram and s.range_empty_frac is not None:
        slots.append(Slot(6, 672, 0, (s.range_empty_frac,), s.range_length_histogram, 701))
    if s.range_bounds_histogram:
        slots.append(Slot(7, 0, 0, None, s.range_bounds_histogram, type))
    return (slots + [_EMPTY] * 5)[:5]
