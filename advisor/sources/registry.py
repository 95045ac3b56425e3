"""The input formats, in the order in which they are asked: the most specific first."""

from advisor.sources.base import Format

FORMATS: tuple[Format, ...] = ()
"""The PostgreSQL stderr log is last but for plain SQL: it can stand for anything that has severities in it."""
