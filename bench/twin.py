"""The statistics twin: time until it answers for a 300-table snapshot, and what-if questions a second."""

import time

from msgspec.structs import replace

from advisor.engines.postgres.twin import open_twin
from advisor.model.catalog import Catalog, Column, ColumnStatistics, Constraint, Index, Table
from advisor.model.index import IndexKey, IndexSpec
from advisor.model.workload import Sample, Shape

TABLES = 300
QUESTIONS = 2000
READY_SECONDS = 15
QUESTIONS_A_SECOND = 500


def snapshot() -> Catalog:
    """300 tables of twelve columns, three indexes and one foreign key each, with full statistics."""
    return Catalog(database="bench", server_version=180000, tables=tuple(table(number) for number in range(TABLES)))


def table(number: int) -> Table:
    """Table `t<number>`: refers to the one before it."""
    name = f"t{number}"
    columns = [Column(name="id", type="bigint", not_null=True, statistics=(statistics(-1.0),))]
    columns += [Column(name=f"c{c}", type="bigint", statistics=(statistics(1000.0 * c),)) for c in range(1, 8)]
    columns += [Column(name=f"s{c}", type="text", statistics=(statistics(5000.0),)) for c in range(1, 5)]
    key = IndexSpec("public", name, (IndexKey("id"),), unique=True)
    indexes = [
        Index(name=f"{name}_pkey", spec=key, definition="", primary=True, constraint=True, pages=27_000, rows=1e7)
    ]
    constraints = [Constraint(name=f"{name}_pkey", kind="p", columns=("id",), definition="PRIMARY KEY (id)")]
    for column in ("c1", "s1"):
        spec = IndexSpec("public", name, (IndexKey(column),))
        text = f"CREATE INDEX {name}_{column} ON public.{name} ({column})"
        indexes.append(Index(name=f"{name}_{column}", spec=spec, definition=text, pages=9_000, rows=1e7))
    if number:
        target = f"t{number - 1}"
        text = f"FOREIGN KEY (c1) REFERENCES public.{target}(id)"
        reference = Constraint(name=f"{name}_fk", kind="f", columns=("c1",), definition=text)
        constraints.append(replace(reference, references=("public", target), referenced_columns=("id",)))
    return Table(
        schema="public",
        name=name,
        columns=tuple(columns),
        constraints=tuple(constraints),
        indexes=tuple(indexes),
        pages=180_000,
        rows=1e7,
        all_visible=170_000,
    )


def statistics(distinct: float) -> ColumnStatistics:
    """A hundred common values and a hundred bounds, as ANALYZE leaves them."""
    return ColumnStatistics(
        null_frac=0.0,
        avg_width=8,
        n_distinct=distinct,
        correlation=0.1,
        most_common_vals="{" + ",".join(str(value) for value in range(100)) + "}" if distinct > 0 else None,
        most_common_freqs=tuple(0.005 - value * 0.00001 for value in range(100)) if distinct > 0 else None,
        histogram_bounds="{" + ",".join(str(1000 + value * 1000) for value in range(101)) + "}",
    )


def main() -> None:
    """Print both figures and their ratio to the goal."""
    catalog = snapshot()
    start = time.perf_counter()
    with open_twin(catalog) as twin:
        ready = time.perf_counter() - start
        specs = [IndexSpec("public", f"t{n}", (IndexKey("c2"), IndexKey("c3"))) for n in range(50)]
        start = time.perf_counter()
        refused = twin.add(specs)
        adding = time.perf_counter() - start
        start = time.perf_counter()
        for number in range(QUESTIONS):
            spec = specs[number % len(specs)]
            text = f"SELECT * FROM {spec.table} WHERE c2 = $1 AND c3 > $2 ORDER BY c3 LIMIT 20"
            sample = Sample(1, text, (str(number), "7"))
            twin.explain(
                Shape(id="", engine="postgres", database="bench", text=text, kind="select", sample=sample), [spec]
            )
        rate = QUESTIONS / (time.perf_counter() - start)
    print(f"statistics twin on {twin.server}, {TABLES} tables, {len(twin.notes)} notes, {len(refused)} refused")
    print(f"  ready in               {ready:7.1f} s    {READY_SECONDS / ready:5.1f}x the goal of {READY_SECONDS} s")
    print(f"  50 candidates added in {adding:7.2f} s")
    print(
        f"  what-if questions      {rate:7.0f} /s   {rate / QUESTIONS_A_SECOND:5.1f}x the goal of {QUESTIONS_A_SECOND}/s"
    )


if __name__ == "__main__":
    main()
