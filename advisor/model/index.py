"""IndexSpec: an index as the advisor thinks about it, before it has DDL or a size."""

import msgspec


class IndexKey(msgspec.Struct, frozen=True, order=True):
    """One key of an index. Exactly one of `column` (bare name, case exact) and `expression` (SQL text) is set."""

    column: str = ""
    expression: str = ""
    descending: bool = False
    nulls_first: bool | None = None
    """None = the default for the direction (last for ascending, first for descending)."""
    opclass: str = ""
    collation: str = ""

    @property
    def nulls_are_first(self) -> bool:
        return self.descending if self.nulls_first is None else self.nulls_first


class IndexSpec(msgspec.Struct, frozen=True, order=True):
    """What defines an index, its name left out: two equal specs are the same index."""

    schema: str
    table: str
    keys: tuple[IndexKey, ...]
    include: tuple[str, ...] = ()
    predicate: str = ""
    """SQL text of the WHERE clause, `` for a full index."""
    method: str = "btree"
    unique: bool = False
