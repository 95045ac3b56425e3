"""What a file looks like in which nothing was recognised: so that the error names it, instead of "0 queries"."""

import re

EXPECTED = (
    "Expected: a PostgreSQL server log (stderr with any log_line_prefix, csvlog or jsonlog; plain, .gz, .zst, .bz2 or .xz), "
    "EXPLAIN output, an export of pg_stat_statements, a .sql file of statements or Drizzle's query log. "
    "If it is a stderr log, give its log_line_prefix with --prefix."
)

LOOKS = (
    (rb"\A\s*(?:<!doctype html|<html)", "looks like an HTML page"),
    (
        rb"\A(?:\x89PNG|GIF8|\xff\xd8\xff|%PDF|PK\x03\x04|\x7fELF|PGDMP)",
        "is a binary file (picture, document, archive or dump)",
    ),
    (rb"(?m)^# Query_time: |^# User@Host: ", "looks like a MySQL slow query log"),
    (rb"(?m)^\d{4}-\d\d-\d\dT[\d:.]+Z\s+\d+ (?:Query|Connect|Quit|Init DB)\b", "looks like a MySQL general log"),
    (rb'\A\s*\{"t":\s*\{"\$date"', "looks like a MongoDB log"),
    (
        rb'(?m)\A\{"log":".*"stream":"std(?:out|err)"',
        "looks like a Docker log; unwrap it first, for example with `docker logs`",
    ),
    (
        rb"(?m)\A\d{4}-\d\d-\d\dT\S+ std(?:out|err) [FP] ",
        "looks like a container log; unwrap it first, for example with `kubectl logs`",
    ),
    (rb'(?m)^\S+ \S+ \S+ \[[^\]]+\] "(?:GET|POST|PUT|HEAD|DELETE)', "looks like a web server's access log"),
    (rb"(?m)^LOG PGSQL|pgbouncer", "looks like a log of pgbouncer, which holds no statements"),
    (rb"\A\s*(?:[A-Za-z0-9+/]{60,}\s+){2}", "looks like base64 text"),
    (rb"\A\s*<\?xml|\A\s*<\w+[ >]", "looks like XML"),
    (rb"\A\s*[\[{]", "looks like JSON, but like none that this program reads"),
)

BINARY_SHARE = 0.10
"""Text of any language and encoding has far fewer control characters than this."""

CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})


def describe(head: bytes) -> str:
    """A verb phrase about `head`, to follow the file's name."""
    for pattern, phrase in LOOKS:
        if re.search(pattern, head[:65536], re.IGNORECASE):
            return phrase
    if len(head.translate(None, CONTROL)) < len(head) * (1 - BINARY_SHARE):
        return "is a binary file"
    return "is in no format that this program knows"
