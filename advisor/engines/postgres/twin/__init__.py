"""The statistics twin: an empty database that plans as production does, because it has production's statistics.

site        a server whose files may be changed, an empty database, a role that is no superuser
build       the schema, in an order that runs
statistics  what ANALYZE found in production
relations   files as long as production's (files), sizes of what has none (estimate, sizes)
planner     one EXPLAIN at a time, nothing executed
whatif      Twin: candidates built once, switched on and off around each question
"""

from advisor.engines.postgres.twin.open import open_twin
from advisor.engines.postgres.twin.whatif import Twin

__all__ = ["Twin", "open_twin"]
