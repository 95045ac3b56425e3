"""What the names in a statement mean in a catalogue: the table, its columns, and the name that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from msgspec.structs import replace

from advisor.engines.postgres.ddl.statements import CreateIndex, ObjectName
from advisor.engines.postgres.render import qualified, quote_ident
from advisor.model.catalog import Catalog, Column, Table
from advisor.model.index import IndexSpec

_CLOSE = 0.8
"""Similarity (difflib) from which another name is offered as the one that was meant."""


def find_table(catalog: Catalog, name: ObjectName) -> Table | None:
    """The table that the server would find under this name."""
    return catalog.resolve(name.name.text, name.schema.text if name.schema else "")


def meant_table(catalog: Catalog, name: ObjectName) -> Table | None:
    """The table itself, else the one whose name differs only in capitals."""
    wanted = name.name.text.lower()
    return find_table(catalog, name) or next((t for t in catalog.tables if t.name.lower() == wanted), None)


def similar_table(catalog: Catalog, name: ObjectName) -> str:
    """The written form of the table that was probably meant, or ``."""
    meant = meant_table(catalog, name)
    if meant:
        return qualified("" if meant.schema in catalog.search_path else meant.schema, meant.name)
    close = get_close_matches(name.name.text, [table.name for table in catalog.tables], 1, _CLOSE)
    return quote_ident(close[0]) if close else ""


def find_column(table: Table, name: str) -> Column | None:
    return next((column for column in table.columns if column.name == name), None)


def meant_column(table: Table, name: str) -> Column | None:
    """The column itself, else the one whose name differs only in capitals."""
    return find_column(table, name) or next((c for c in table.columns if c.name.lower() == name.lower()), None)


def similar_column(table: Table, name: str) -> str:
    """The written form of the column that was probably meant, or ``."""
    if meant := meant_column(table, name):
        return quote_ident(meant.name)
    close = get_close_matches(name, [column.name for column in table.columns], 1, _CLOSE)
    return quote_ident(close[0]) if close else ""


def relation_names(catalog: Catalog, schema: str) -> dict[str, str]:
    """Name -> what it is (`table`, `index i on t`, `view`), of every relation of a schema that the catalogue knows."""
    names = {name: "view" for view_schema, name, _ in catalog.views if view_schema == schema}
    for table in catalog.tables:
        if table.schema == schema:
            names[table.name] = "table"
            names.update({index.name: f"index on {table.name}" for index in table.indexes})
    return names


def located_spec(create: CreateIndex, table: Table) -> IndexSpec:
    """The statement's index with the schema, and with table and columns spelled as in the catalogue."""
    spec = create.spec

    def spelled(name: str) -> str:
        meant = meant_column(table, name) if name else None
        return meant.name if meant else name

    return replace(
        spec,
        schema=table.schema,
        table=table.name,
        keys=tuple(replace(key, column=spelled(key.column)) for key in spec.keys),
        include=tuple(spelled(name) for name in spec.include),
    )


def listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    items = list(names)
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
