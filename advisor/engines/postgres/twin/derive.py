"""Statistics of an expression that production never analysed, from those of the one column it is made of.

The expression is evaluated over the column's most common values and histogram bounds: the first carry exact shares, the
second stand for equal shares of the rest. What collapses to one value becomes common; an order that survives keeps the
column's correlation. Expressions over several columns get nothing: the planner then assumes 200 distinct values.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import psycopg
from msgspec.structs import replace

from advisor.engines.postgres.ddl.tokens import TokenizeError, tokenize
from advisor.engines.postgres.render import quote_ident
from advisor.engines.postgres.twin.site import Connection
from advisor.model.catalog import Column, ColumnStatistics, Table
from advisor.model.index import IndexSpec

TIMEOUT = "2s"
MOST_COMMON = 100
"""As many as ANALYZE keeps by default."""
SHARE_ABOVE_AVERAGE = 1.25
"""ANALYZE keeps a value as common when it is a quarter more frequent than the average."""
FEW_ROWS_PER_VALUE = 10
"""From a tenth of the rows on, ANALYZE writes the number of distinct values as a share."""

_EVALUATE = """
SELECT e::text, rank() OVER (ORDER BY e), coalesce(pg_column_size(e), 0), n
FROM (SELECT n, (<expression>) AS e <source>) s ORDER BY n
"""
_TYPE_OF = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s"


class Value(NamedTuple):
    """The expression over one value of the column: its text (None = null), place in its own order, bytes."""

    text: str | None
    rank: int
    width: int


def expression_statistics(
    owner: Connection, table: Table, relation: str, spec: IndexSpec
) -> list[tuple[int, ColumnStatistics]]:
    """(1-based position, statistics) of the expression keys of `spec` that one analysed column decides.

    `relation` is the table's name in SQL. Expressions are evaluated in a READ ONLY transaction with a time limit.
    """
    derived = []
    for position, key in enumerate(spec.keys, 1):
        column = _only_column(key.expression, table.columns) if key.expression else None
        if column and column.statistics:
            known = next((s for s in column.statistics if not s.inherited), column.statistics[0])
            found = _derive(owner, relation, key.expression, column.name, known, max(1.0, table.rows))
            derived.append((position, replace(found, inherited=False)))
    return derived


def _only_column(expression: str, columns: Iterable[Column]) -> Column | None:
    try:
        tokens = tokenize(expression)
    except TokenizeError:
        return None
    names = {token.text if token.kind == "quoted" else token.text.lower() for token in tokens if token.kind != "string"}
    named = [column for column in columns if column.name in names]
    return named[0] if len(named) == 1 else None


def _derive(
    owner: Connection, relation: str, expression: str, column: str, known: ColumnStatistics, rows: float
) -> ColumnStatistics:
    plain = ColumnStatistics(null_frac=known.null_frac, avg_width=known.avg_width, n_distinct=known.n_distinct)
    common = _evaluate(owner, relation, expression, column, known.most_common_vals)
    bounds = _evaluate(owner, relation, expression, column, known.histogram_bounds)
    if common is None or bounds is None or not (common or bounds):
        return plain  # no values known, or the expression fails on one: as many distinct values as the column
    frequencies = known.most_common_freqs or ()
    rest = max(0.0, 1 - known.null_frac - sum(frequencies))
    shares: Counter[Value] = Counter()
    nulls = known.null_frac
    for value, share in [*zip(common, frequencies, strict=False), *((b, rest / len(bounds)) for b in bounds)]:
        if value.text is None:
            nulls += share
        else:
            shares[value] += share  # type: ignore[assignment]
    distinct = _distinct(known, common, bounds, rows)
    often = _common(shares, common, bounds, distinct, nulls)
    remaining = sorted((b for b in bounds if b.text is not None and b not in often), key=lambda value: value.rank)
    return ColumnStatistics(
        null_frac=min(1.0, nulls),
        avg_width=round(sum(v.width * s for v, s in shares.items()) / max(sum(shares.values()), 1e-9))
        or plain.avg_width,
        n_distinct=-distinct / rows if distinct * FEW_ROWS_PER_VALUE > rows else distinct,
        correlation=_correlation(known.correlation, bounds),
        most_common_vals=_array(v.text for v in often) if often else None,
        most_common_freqs=tuple(often.values()) or None,
        histogram_bounds=_array(v.text for v in remaining) if len({v.rank for v in remaining}) > 1 else None,
    )


def _evaluate(owner: Connection, relation: str, expression: str, column: str, values: str | None) -> list[Value] | None:
    """The expression over the values of an array literal, in their order; None when the server refuses."""
    if not values:
        return []
    try:
        with owner.transaction():
            owner.execute(f"SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = '{TIMEOUT}'".encode())
            kind = (owner.execute(_TYPE_OF, (relation, column)).fetchone() or ("text",))[0]
            # The expression is the candidate's, so it is sent alone, bound, and by a role that is no superuser.
            source = f"FROM unnest($1::{kind}[]) WITH ORDINALITY AS t ({quote_ident(column)}, n)"
            query = _EVALUATE.replace("<expression>", expression).replace("<source>", source)
            rows = psycopg.RawCursor(owner).execute(query.encode(), (values,)).fetchall()
    except psycopg.Error:
        return None
    # In memory a short text has a header of four bytes, stored of one; fixed types have none (sizes below eight).
    return [Value(text, rank, size - 3 if 4 < size < 130 and size != 8 else size) for text, rank, size, _ in rows]


def _distinct(known: ColumnStatistics, common: Sequence[Value], bounds: Sequence[Value], rows: float) -> float:
    """Distinct values of the expression: as of the column where none collapse, else Chao's estimate from the bounds."""
    of_column = known.n_distinct if known.n_distinct >= 0 else -known.n_distinct * rows
    seen = {value.text for value in [*common, *bounds] if value.text is not None}
    counts = Counter(value.text for value in bounds if value.text is not None)
    if len(seen) == len(common) + len(bounds) and of_column > 0:
        return of_column
    once = sum(1 for count in counts.values() if count == 1)
    twice = sum(1 for count in counts.values() if count == 2)
    if counts and once == len(counts):
        return max(float(len(seen)), of_column - len(common) + len({v.text for v in common}))
    unseen = once * (once - 1) / (2 * (twice + 1))
    return max(1.0, min(len(seen) + unseen, of_column or len(seen) + unseen))


def _common(
    shares: "Counter[Value]", common: Sequence[Value], bounds: Sequence[Value], distinct: float, nulls: float
) -> dict[Value, float]:
    """The most common values: what comes from common ones, and bounds that collapsed; all when all have been seen."""
    hits = Counter(bounds)
    average = max(0.0, 1 - nulls) / max(distinct, 1.0)
    complete = distinct <= len(shares)
    often = [
        (value, share)
        for value, share in shares.items()
        if complete or ((value in common or hits[value] > 1) and share > SHARE_ABOVE_AVERAGE * average)
    ]
    return dict(sorted(often, key=lambda pair: (-pair[1], pair[0].rank))[:MOST_COMMON])


def _correlation(of_column: float | None, bounds: Sequence[Value]) -> float | None:
    """A monotone expression is as correlated with the rows' order as its column; of others nothing is known."""
    ranks = [value.rank for value in bounds if value.text is not None]
    if of_column is None or len(ranks) < 2:
        return None
    if ranks == sorted(ranks):
        return of_column
    return -of_column if ranks == sorted(ranks, reverse=True) else None


def _array(values: Iterable[str | None]) -> str:
    """An array literal."""
    quoted = ((value or "").replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
