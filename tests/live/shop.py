"""The sample shop of the twin's tests: loading it, and the statements with their candidate indexes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg

from advisor.engines.postgres.servers import Server
from advisor.model.workload import Sample, Shape

TEMPLATE = "shop_template"
FOLDER = Path(__file__).parent / "twin"


class Question(NamedTuple):
    """One statement of queries.sql and the index it asks about, if any."""

    name: str
    sql: str
    candidate: str


def questions() -> Iterator[Question]:
    """The statements in queries.sql."""
    for block in (FOLDER / "queries.sql").read_text().split("-- title: ")[1:]:
        title, body = block.split("\n", 1)
        index = re.search(r"^-- with: (.*)$", body, re.MULTILINE)
        sql = "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip()
        yield Question(title, sql, index[1] if index else "")


def load_shop(server: Server, name: str) -> str:
    """A database with the shop in it; its DSN. Loaded once a server, then copied (statistics too, counters not)."""
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone() is None:
            admin.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
            _load(server.dsn(TEMPLATE))
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return server.dsn(name)


def _load(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for file in ("shop.sql", "data.sql"):
            for statement in (FOLDER / file).read_text().split(";\n"):
                if statement.strip():
                    connection.execute(statement.encode())


def shape(sql: str, parameters: tuple[str | None, ...] | None = None) -> Shape:
    """A shape whose sample is `sql`."""
    return Shape(
        id="0" * 16, engine="postgres", database="shop", text=sql, kind="select", sample=Sample(1, sql, parameters)
    )
