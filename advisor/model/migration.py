"""Migration: statements up and down with the review that they passed."""

import msgspec

from advisor.model.finding import Finding


class Migration(msgspec.Struct, frozen=True, kw_only=True):
    """One change to one database. Statements carry no trailing semicolon; each runs in its own transaction."""

    slug: str
    """`[a-z0-9_]+`, names the files: `add_orders_customer_id_idx`."""
    engine: str = "postgres"
    database: str = ""
    header: tuple[str, ...] = ()
    """Evidence lines, to be written as comments: what it serves, cost before and after, size, how measured."""
    index_schema: str = ""
    index_name: str = ""
    table: str = ""
    unique: bool = False
    definition: str = ""
    """What follows the table in CREATE INDEX: `USING gin (tags)`, `(a, b DESC) WHERE open`."""
    analyze: bool = False
    """An expression has no statistics until ANALYZE has run after the build."""
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    recommendation: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said about one recommendation; kept in a committed file."""

    recommendation: str
    verdict: str
    """`accept`, `reject` or `edit`."""
    reason: str = ""
    ddl: str = ""
    """The edited CREATE INDEX, for `edit`."""
    subject: str = ""
    """The DDL that was decided on, so that the file reads by itself."""
