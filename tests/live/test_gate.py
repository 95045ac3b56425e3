"""The gate over real plans: the same queries on the schema as accepted, and on the schema of a change that drops an index."""

import json
from pathlib import Path

import pytest

from tests.support import run

TABLE = "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int NOT NULL, created_at timestamptz NOT NULL);\n"
INDEX = "CREATE INDEX orders_customer_id_idx ON orders (customer_id);\n"
QUERIES = """
SELECT * FROM orders WHERE id = 7;
SELECT * FROM orders WHERE customer_id = 42;
"""


def fired(schema: str) -> tuple[int, dict[str, list[str]]]:
    """Exit code, and condition -> messages, of a check of the queries with `schema`."""
    result = run("check", "queries.sql", "--schema", schema, "--format", "json")
    assert result.stdout, result.stderr
    conditions = json.loads(result.stdout)["conditions"]
    return result.exit_code, {c["name"]: [f["change"]["message"] for f in c["fired"]] for c in conditions if c["fired"]}


def test_the_accepted_schema_passes_and_one_without_the_index_fails_with_the_query_that_lost_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("queries.sql").write_text(QUERIES)
    Path("schema.sql").write_text(TABLE + INDEX)
    Path("changed.sql").write_text(TABLE)
    assert run("baseline", "update", "queries.sql", "--schema", "schema.sql").exit_code == 0
    code, conditions = fired("schema.sql")
    assert (code, list(conditions)) == (0, ["stats-assumed"])
    code, conditions = fired("changed.sql")
    assert code == 1
    (lost,) = conditions["index-lost"]
    assert lost.startswith("orders is read whole, before by an index:")
    assert "customer_id" in lost
    (dearer,) = conditions["cost-regression"]
    assert "customer_id" in dearer
