"""The input formats, in the order in which they are asked: the most specific first.

Among the PostgreSQL logs the richest is first: of a log that is there in two formats it is the one that is read.
"""

from advisor.sources import drizzle, explain_file, pg_stat_statements, sql_file
from advisor.sources.base import Format
from advisor.sources.postgres_log import csvlog, jsonlog, stderr

FORMATS: tuple[Format, ...] = (
    jsonlog.FORMAT,
    csvlog.FORMAT,
    explain_file.FORMAT,
    pg_stat_statements.FORMAT,
    drizzle.FORMAT,
    stderr.FORMAT,
    sql_file.FORMAT,
)
"""The stderr log is last but for plain SQL: it can stand for anything that has severities in it."""
