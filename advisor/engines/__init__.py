"""Database engines, one package each. This is the only place that tells them apart by name."""

from functools import cache

from advisor.engines.base import Engine
from advisor.errors import UsageError


@cache
def engine(name: str) -> Engine:
    """The engine called `name`. Raises UsageError for one that is not supported."""
    if name == "postgres":
        from advisor.engines.postgres.engine import PostgresEngine

        return PostgresEngine()
    raise UsageError(f"engine {name!r} is not supported", "Supported: postgres.")
