"""How large indexes of the twin shall look: fields and duplicates from its statistics, shares from its planner."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from advisor.engines.postgres.render import key_text, qualified
from advisor.engines.postgres.twin import sizes
from advisor.engines.postgres.twin.planner import Planner
from advisor.engines.postgres.twin.relations import Extent, Relation
from advisor.engines.postgres.twin.site import Connection
from advisor.errors import NotPlannable
from advisor.model.index import IndexSpec
from advisor.model.plan import PlanNode

PAGES_PER_GIN_ROW_WORD = 12
"""Bytes of a jsonb, tsvector or text value per entry, where no element statistics say it."""

# One row per stored column of an index: where its width is known from, and whether equal keys may share a tuple.
_FIELDS = """
SELECT i.indexrelid::bigint, k, a.attlen::int, a.attalign::text, coalesce(s.stawidth, 0)::int,
  coalesce(s.stanullfrac, 0)::float8, coalesce(s.stadistinct, 0)::float8, NOT i.indisunique AND i.indnkeyatts = i.indnatts
    AND EXISTS (SELECT FROM pg_amproc p JOIN pg_opclass o ON o.opcfamily = p.amprocfamily
                WHERE o.oid = i.indclass[k - 1] AND p.amprocnum = 4)
    AND coalesce((SELECT collisdeterministic FROM pg_collation WHERE oid = a.attcollation), true) AS shares,
  (CASE 1 WHEN s.stakind1 THEN s.stanumbers1 WHEN s.stakind2 THEN s.stanumbers2 END)::float8[] AS frequencies,
  (CASE 5 WHEN s.stakind1 THEN s.stanumbers1 WHEN s.stakind2 THEN s.stanumbers2 WHEN s.stakind3 THEN s.stanumbers3
          WHEN s.stakind4 THEN s.stanumbers4 WHEN s.stakind5 THEN s.stanumbers5 END)::float8[] AS counts,
  coalesce((SELECT option_value::int FROM pg_options_to_table(c.reloptions) WHERE option_name = 'fillfactor'), 90)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid CROSS JOIN LATERAL generate_series(1, i.indnatts) k
JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = k
LEFT JOIN LATERAL (SELECT * FROM pg_statistic WHERE (starelid = i.indrelid AND staattnum = i.indkey[k - 1])
    OR (starelid = i.indexrelid AND staattnum = k) ORDER BY stainherit LIMIT 1) s ON true
WHERE i.indexrelid = ANY(%s) ORDER BY 1, 2
"""


class StoredColumn(NamedTuple):
    """One column of an index with the statistics that decide its size."""

    field: sizes.Field
    distinct: float
    """As in pg_stats: negative = share of rows."""
    shares: bool
    frequencies: Sequence[float]
    element_counts: Sequence[float]
    fillfactor: int


def stored_columns(admin: Connection, oids: Collection[int]) -> dict[int, list[StoredColumn]]:
    """The columns of these indexes, in order."""
    columns: dict[int, list[StoredColumn]] = {}
    for oid, _, length, align, width, nulls, distinct, shares, frequencies, counts, fill in admin.execute(
        _FIELDS, (list(oids),)
    ).fetchall():
        known = width or (length if length > 0 else 32)  # 32: get_typavgwidth() of an unknown variable width
        field = sizes.Field(known, length, align, nulls)
        columns.setdefault(oid, []).append(StoredColumn(field, distinct, shares, frequencies or (), counts or (), fill))
    return columns


def index_extent(
    planner: Planner | None,
    index: Relation,
    table: Extent,
    table_name: str,
    columns: Sequence[StoredColumn],
    spec: IndexSpec,
) -> Extent:
    """Estimated size of `index`; the planner (if there is one) is asked for a predicate's share and for groups of keys."""
    rows, groups = max(0.0, table.rows), 0.0
    if planner and (spec.predicate or len(spec.keys) > 1):
        rows, groups = _ask(planner, table_name, spec, rows)
    fields = [column.field for column in columns]
    if index.method == "btree":
        tree = sizes.btree(rows, fields, _duplicates(columns, rows, groups), columns[0].fillfactor)
        return Extent(tree.pages, rows, level=tree.level)
    pages = {
        "hash": lambda: sizes.hashed(rows),
        "brin": lambda: sizes.brin(table.pages, fields),
        "gin": lambda: _gin(columns, rows),
    }.get(index.method, lambda: sizes.gist(rows, fields))()
    return Extent(pages, rows)


def _gin(columns: Sequence[StoredColumn], rows: float) -> int:
    pages = 0
    for column in columns:
        per_row = (
            column.element_counts[-1]
            if column.element_counts
            else max(1.0, column.field.width / PAGES_PER_GIN_ROW_WORD)
        )
        distinct = min(rows * per_row, max(1000.0, rows * per_row / 20))
        pages += sizes.gin(rows, per_row, distinct, 8)
    return pages


def _duplicates(columns: Sequence[StoredColumn], rows: float, groups: float) -> list[tuple[float, float]]:
    """Groups of equal keys for `sizes.btree`, empty when the server would not deduplicate."""
    if rows < 1 or not all(column.shares for column in columns):
        return []
    if len(columns) > 1:
        return [(groups, rows / groups)] if groups >= 1 else []
    column = columns[0]
    distinct = column.distinct if column.distinct >= 0 else -column.distinct * rows
    common = [(1.0, max(1.0, frequency * rows)) for frequency in column.frequencies]
    nulls = [(1.0, rows * column.field.nulls)] if column.field.nulls else []
    left = rows * max(0.0, 1 - sum(column.frequencies) - column.field.nulls)
    others = distinct - len(common)
    if distinct == 0:  # no statistics: nothing is known about duplicates
        return []
    return [*common, *nulls, *([(others, max(1.0, left / others))] if others >= 1 else [])]


def _ask(planner: Planner, table: str, spec: IndexSpec, rows: float) -> tuple[float, float]:
    """(rows that the predicate admits, distinct keys among them), as the planner estimates them."""
    keys = ", ".join(key_text(plain) for plain in _plain(spec))
    where = f" WHERE {spec.predicate}" if spec.predicate else ""
    try:
        plan = planner.plan(f"SELECT FROM {table}{where} GROUP BY {keys}", options=_ALONE)
    except NotPlannable:
        return rows, 0.0
    scan = _scan(plan.root)
    admitted = min(rows, scan.plan_rows or rows) if spec.predicate else rows
    return admitted, min(admitted, plan.root.plan_rows or 0.0)


_ALONE = "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL row_security = on;"


def _scan(node: PlanNode) -> PlanNode:
    while node.children and not node.relation:
        node = node.children[0]
    return node


def _plain(spec: IndexSpec) -> list[Any]:
    from msgspec.structs import replace

    return [replace(key, descending=False, nulls_first=None, opclass="", collation="") for key in spec.keys]


def table_label(relation: Relation) -> str:
    """The relation's name for a statement of ours."""
    return qualified(relation.schema, relation.name)


def fields_by_index(columns: Mapping[int, Sequence[StoredColumn]], oid: int) -> list[sizes.Field]:
    """Only the fields."""
    return [column.field for column in columns.get(oid, ())]
