"""Servers for the tests: real ones, started once a test process. In CI a missing server is a failure, not a skip."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from advisor.engines.postgres import servers

PLAIN = {"autovacuum": "off", "jit": "off", "max_parallel_workers_per_gather": "0", "max_connections": "50"}


def _server(major: int) -> Iterator[servers.Server]:
    installation = next((i for i in servers.embedded() if i.major == major), None)
    assert installation, "the embedded PostgreSQL is missing: run `make test`, which installs it"
    with servers.start(installation, PLAIN) as server:
        yield server


@pytest.fixture(scope="session")
def pg18() -> Iterator[servers.Server]:
    """PostgreSQL 18 from the wheel."""
    yield from _server(18)


@pytest.fixture(scope="session")
def pg16() -> Iterator[servers.Server]:
    """PostgreSQL 16 from the wheel: the way of loading statistics differs before 18."""
    yield from _server(16)


@pytest.fixture
def database(pg18: servers.Server) -> Iterator[str]:
    """DSN of a fresh, empty database on PostgreSQL 18."""
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(pg18.dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield pg18.dsn(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
