"""The statements of a migration script as values: what an index review needs to know of each, with its place in the file.

Data only. `advisor.engines.postgres.ddl` reads them out of text.
"""

import msgspec

from advisor.engines.postgres.render import NAME_BYTES
from advisor.model.index import IndexKey, IndexSpec


class Name(msgspec.Struct, frozen=True):
    """One identifier: `text` is what the server looks up (folded unless quoted, not yet cut), `written` what stands there."""

    text: str
    written: str
    quoted: bool = False

    @property
    def stored(self) -> str:
        """The name after the server's cut at 63 bytes."""
        return self.text.encode()[:NAME_BYTES].decode(errors="ignore")

    @property
    def folds(self) -> bool:
        """True when it is written with capitals that the server will not keep."""
        return not self.quoted and self.written != self.text


class ObjectName(msgspec.Struct, frozen=True):
    """`schema.name`; `schema` is None when it is not written."""

    name: Name
    schema: Name | None = None

    def __str__(self) -> str:
        return f"{self.schema.text}.{self.name.text}" if self.schema else self.name.text


class KeyPart(msgspec.Struct, frozen=True):
    """One key of an index: what it means, and where and how it is written."""

    key: IndexKey
    name: Name | None
    """None for an expression."""
    line: int
    column: int


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement. `text` has no terminator; `start` and `end` are offsets into the script, lines and columns start at 1."""

    text: str
    start: int
    end: int
    line: int
    column: int
    terminator: str = ""
    """`;`, a psql command that sends the buffer (`\\gexec`), or `` at the end of the file."""


class CreateIndex(Statement, frozen=True, kw_only=True):
    table: ObjectName
    keys: tuple[KeyPart, ...]
    name: ObjectName | None = None
    """A schema is a syntax error to the server, and kept here so that a rule can say so."""
    unique: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    only: bool = False
    method: str = "btree"
    include: tuple[Name, ...] = ()
    nulls_not_distinct: bool = False
    options: tuple[tuple[str, str], ...] = ()
    tablespace: str = ""
    predicate: str = ""

    @property
    def spec(self) -> IndexSpec:
        """What defines the index; the schema is empty when the statement leaves it to the search path."""
        return IndexSpec(
            schema=self.table.schema.text if self.table.schema else "",
            table=self.table.name.text,
            keys=tuple(part.key for part in self.keys),
            include=tuple(name.text for name in self.include),
            predicate=self.predicate,
            method=self.method,
            unique=self.unique,
        )

    @property
    def label(self) -> str:
        """What to call it in a message."""
        return str(self.name) if self.name else f"the unnamed index on {self.table}"


class DropIndex(Statement, frozen=True, kw_only=True):
    names: tuple[ObjectName, ...]
    concurrently: bool = False
    if_exists: bool = False
    cascade: bool = False


class Reindex(Statement, frozen=True, kw_only=True):
    target: str
    """`index`, `table`, `schema`, `database` or `system`."""
    name: ObjectName | None = None
    concurrently: bool = False


class AlterIndex(Statement, frozen=True, kw_only=True):
    name: ObjectName
    action: str
    """`rename`, `attach partition`, `set`, `reset`, `set tablespace`, `alter column` or `depends`."""
    argument: ObjectName | None = None
    """New name, attached index or tablespace."""


class ConstraintClause(msgspec.Struct, frozen=True, kw_only=True):
    """One ADD [CONSTRAINT]: `kind` is `unique`, `primary key`, `foreign key`, `check`, `exclude` or `not null`."""

    kind: str
    name: Name | None = None
    using_index: Name | None = None
    columns: tuple[str, ...] = ()
    not_valid: bool = False


class AlterTable(Statement, frozen=True, kw_only=True):
    table: ObjectName
    constraints: tuple[ConstraintClause, ...] = ()
    added: tuple[str, ...] = ()
    """Columns that exist afterwards: added, or renamed to."""
    renamed_to: str = ""
    light: bool = False
    """Every action takes a SHARE UPDATE EXCLUSIVE lock at most, which blocks neither reads nor writes."""
    detaches: ObjectName | None = None
    concurrently: bool = False
    """DETACH PARTITION ... CONCURRENTLY."""


class CreateTable(Statement, frozen=True, kw_only=True):
    table: ObjectName
    if_not_exists: bool = False
    temporary: bool = False
    materialized_view: bool = False


class CreateExtension(Statement, frozen=True, kw_only=True):
    name: Name


class SetVariable(Statement, frozen=True, kw_only=True):
    """SET: `value` is the text after TO, unquoted; `local` for SET LOCAL."""

    name: str
    value: str
    local: bool = False


class Reset(Statement, frozen=True, kw_only=True):
    """RESET name, RESET ALL and DISCARD ALL (name `all`)."""

    name: str


class Transaction(Statement, frozen=True, kw_only=True):
    action: str
    """`begin`, `commit`, `rollback` or `savepoint` (and everything else that stays inside the transaction)."""


class Do(Statement, frozen=True, kw_only=True):
    body: str


class Maintenance(Statement, frozen=True, kw_only=True):
    """ANALYZE, VACUUM, VACUUM FULL and CLUSTER."""

    command: str
    tables: tuple[ObjectName, ...] = ()


class Copy(Statement, frozen=True, kw_only=True):
    from_stdin: bool = False


class MetaCommand(Statement, frozen=True, kw_only=True):
    """A psql command, recognised by its name and not interpreted."""

    command: str


class Other(Statement, frozen=True, kw_only=True):
    """Everything else, known by its first words in capitals: `INSERT`, `CREATE FUNCTION`."""

    keyword: str


class Unreadable(Statement, frozen=True, kw_only=True):
    """An index statement that could not be understood; line and column are those of the token that surprised."""

    reason: str


class Comment(msgspec.Struct, frozen=True):
    """One comment without its markers, trimmed."""

    text: str
    start: int
    end: int
    line: int


class ScriptText(msgspec.Struct, frozen=True):
    """A whole script: its statements in order, and its comments."""

    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
