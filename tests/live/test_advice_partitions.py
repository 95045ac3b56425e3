"""A partitioned table: its index is built partition by partition, CONCURRENTLY, and valid at the end."""

import psycopg
import pytest

from advisor.engines import engine
from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.twin import open_twin
from advisor.errors import UsageError
from advisor.model.workload import Sample, Shape, Workload
from advisor.recommend import advise
from advisor.rules import default_rules

SCHEMA = b"""
CREATE TABLE readings (id bigint, sensor integer NOT NULL, at date NOT NULL, value double precision) PARTITION BY RANGE (at);
CREATE TABLE readings_2024 PARTITION OF readings FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE "Readings 2025" PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO readings SELECT n, n % 2000, date '2024-01-01' + n % 700, n FROM generate_series(1, 60000) AS n;
"""
TEXT = "SELECT * FROM readings WHERE sensor = $1"


@pytest.mark.server
def test_the_ddl_for_a_partitioned_table_runs_and_ends_in_a_valid_index(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SCHEMA)
        connection.execute("ANALYZE")
        shape = Shape(
            id="a" * 16,
            engine="postgres",
            database="",
            text=TEXT,
            kind="select",
            calls=5,
            sample=Sample(duration_us=1, text=TEXT, parameters=("7",)),
        )
        catalog = load_catalog(database)
        with open_twin(catalog) as twin:
            advice = advise(Workload(shapes=(shape,)), catalog, twin, default_rules(), database="t")
        (found,) = advice.recommendations
        assert found.shapes == (shape.id,)
        assert sum("CONCURRENTLY" in statement for statement in found.ddl) == 2
        for statement in found.ddl:
            connection.execute(statement.encode(), prepare=False)
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = %s::regclass"
        assert connection.execute(valid, (found.name,)).fetchone() == (True,)
        for statement in found.undo:
            connection.execute(statement.encode(), prepare=False)
        left = connection.execute("SELECT count(*) FROM pg_indexes WHERE tablename ILIKE 'readings%%'", ()).fetchone()
        assert left == (0,)


def test_an_engine_that_does_not_exist_is_a_usage_error() -> None:
    assert engine("postgres").name == "postgres"
    with pytest.raises(UsageError, match="oracle"):
        engine("oracle")
