"""advisor: an index and query advisor for PostgreSQL and MongoDB."""

__version__ = "0.1.0"
