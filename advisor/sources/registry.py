"""The input formats, in the order in which they are asked: the most specific first."""

from advisor.sources import drizzle, explain_file, pg_stat_statements, sql_file
from advisor.sources.base import Format

FORMATS: tuple[Format, ...] = (
    explain_file.FORMAT,
    pg_stat_statements.FORMAT,
    drizzle.FORMAT,
    sql_file.FORMAT,
)
"""The PostgreSQL stderr log is last but for plain SQL: it can stand for anything that has severities in it."""
