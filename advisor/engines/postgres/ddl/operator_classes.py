"""Which types a method can index without naming an operator class, and which extension an operator class comes from.

From `pg_opclass` of PostgreSQL 16 and 18 (the tests compare both); types that are not listed get the benefit of the doubt.
"""

import re
from collections.abc import Collection

_MODIFIER = re.compile(r"\(.*?\)")

_NEVER_ORDERED = frozenset({"json", "xml", "point", "box", "polygon", "path", "line", "circle", "lseg"})
_SCALARS = frozenset({
    "text", "character varying", "character", "integer", "bigint", "smallint", "boolean", "numeric", "real",
    "double precision", "date", "timestamp without time zone", "timestamp with time zone", "time without time zone",
    "time with time zone", "interval", "uuid", "bytea", "money", "bit", "bit varying", "oid", "macaddr",
})  # fmt: skip

_RANGES = frozenset({"int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"})

_LACKING = {
    "btree": _NEVER_ORDERED,
    "hash": (_NEVER_ORDERED | {"bit", "bit varying", "money", "tsvector", "tsquery"}),
    "gin": (_SCALARS | _NEVER_ORDERED | _RANGES | {"inet", "cidr", "tsquery"}),
    "gist": (_SCALARS | {"json", "jsonb", "xml", "path", "line", "lseg", "inet", "cidr"}),
    "spgist": (_SCALARS - {"text", "character varying"})
    | {"json", "jsonb", "xml", "path", "line", "circle", "lseg", "tsvector", "tsquery"},
    "brin": (_NEVER_ORDERED - {"box"}) | {"boolean", "money", "jsonb", "tsvector", "tsquery"},
}
_NO_ARRAYS = frozenset({"gist", "spgist", "brin"})
_SCALAR_EXTENSION = {"gin": "btree_gin", "gist": "btree_gist"}

EXTENSION_OF = {
    "gin_trgm_ops": "pg_trgm", "gist_trgm_ops": "pg_trgm", "gin_hstore_ops": "hstore", "gist_hstore_ops": "hstore",
    "gin__int_ops": "intarray", "gist__int_ops": "intarray", "gist__intbig_ops": "intarray", "gist_ltree_ops": "ltree",
    "gist__ltree_ops": "ltree", "citext_ops": "citext", "citext_pattern_ops": "citext", "vector_l2_ops": "vector",
    "vector_ip_ops": "vector", "vector_cosine_ops": "vector", "halfvec_l2_ops": "vector", "bit_hamming_ops": "vector",
    "gist_geometry_ops_2d": "postgis", "bloom": "bloom", "hnsw": "vector", "ivfflat": "vector", "rum": "rum",
}  # fmt: skip
"""Operator class or access method -> extension."""


def has_default(method: str, column_type: str, extensions: Collection[str]) -> bool:
    """Can `method` index a column of this type (`format_type` text) without an operator class?"""
    name = base_type(column_type)
    if name.endswith("[]"):
        return method not in _NO_ARRAYS
    if name not in _LACKING.get(method, ()):
        return True
    return _SCALAR_EXTENSION.get(method, "-") in extensions and name in _SCALARS


def unordered_type(column_type: str) -> bool:
    """Has the type no order and no equality that an index could use?"""
    return base_type(column_type) in ("json", "xml")


def base_type(column_type: str) -> str:
    """The type without its modifier: `character varying(20)` is `character varying`."""
    return _MODIFIER.sub("", column_type)
