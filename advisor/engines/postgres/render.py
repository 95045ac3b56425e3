"""Index DDL as text: quoting, names that fit, CREATE INDEX and DROP INDEX.

Owns how a definition is written. Does not decide whether the statement is safe to run (`advisor.review`) nor how a
migration file wraps it (`advisor.emit`).
"""

import hashlib
import re
from collections.abc import Collection

from advisor.model.index import IndexKey, IndexSpec

NAME_BYTES = 63
"""NAMEDATALEN - 1: the server cuts longer names silently, in bytes."""

HASH_DIGITS = 8
EXPRESSION_WORDS = 2

# pg_get_keywords() of PostgreSQL 18 whose category is not "unreserved": what the server's own quote_ident() quotes.
_KEYWORD_LIST = """
    all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
    current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc
    distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral
    leading limit localtime localtimestamp not null offset on only or order placing primary references returning select
    session_user some symmetric system_user table then to trailing true union unique user using variadic when where
    window with
    authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like
    natural notnull outer overlaps right similar tablesample verbose
    between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout int
    integer interval json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar
    json_serialize json_table json_value least merge_action national nchar none normalize nullif numeric out overlay
    position precision real row setof smallint substring time timestamp treat trim values varchar xmlattributes
    xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
"""
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_CALL = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?\(")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def quote_ident(name: str) -> str:
    """`name` as an SQL identifier, quoted exactly where the server's `quote_ident()` quotes."""
    if _PLAIN.fullmatch(name) and name not in _KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_literal(value: str) -> str:
    """`value` as an SQL string literal that means the same whatever `standard_conforming_strings` says."""
    doubled = value.replace("'", "''")
    if "\\" in value:
        return "E'" + doubled.replace("\\", "\\\\") + "'"
    return f"'{doubled}'"


def qualified(schema: str, name: str) -> str:
    """`schema.name`, each part quoted where needed; the schema is left out when it is not known."""
    return f"{quote_ident(schema)}.{quote_ident(name)}" if schema else quote_ident(name)


def index_name(spec: IndexSpec, taken: Collection[str] = ()) -> str:
    """`{table}_{columns}_idx` in at most 63 bytes; a hash of the definition joins it when it was cut or is `taken`."""
    parts = [spec.table, *(_label(key) for key in spec.keys)]
    plain = "_".join([*parts, "idx"])
    if len(plain.encode()) <= NAME_BYTES and plain not in taken:
        return plain
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{spec!r}{attempt or ''}".encode()).hexdigest()[:HASH_DIGITS]
        ending = f"_{digest}_idx"
        stem = "_".join(parts).encode()[: NAME_BYTES - len(ending)].decode(errors="ignore").rstrip("_")
        if stem + ending not in taken:
            return stem + ending
        attempt += 1


def create_index(spec: IndexSpec, name: str, *, concurrently: bool = True, if_not_exists: bool = False) -> str:
    """The CREATE INDEX statement, without semicolon. The table is qualified with its schema when that is known."""
    words = ["CREATE", "UNIQUE" if spec.unique else "", "INDEX", "CONCURRENTLY" if concurrently else ""]
    words += ["IF NOT EXISTS" if if_not_exists else "", quote_ident(name), "ON", definition(spec)]
    return " ".join(word for word in words if word)


def definition(spec: IndexSpec) -> str:
    """What follows ON: table, method when it is not btree, keys, INCLUDE and WHERE."""
    method = "" if spec.method == "btree" else f" USING {quote_ident(spec.method)}"
    text = f"{qualified(spec.schema, spec.table)}{method} ({', '.join(key_text(key) for key in spec.keys)})"
    if spec.include:
        text += f" INCLUDE ({', '.join(quote_ident(column) for column in spec.include)})"
    if spec.predicate:
        text += f" WHERE {_stripped(spec.predicate)}"
    return text


def key_text(key: IndexKey) -> str:
    """One key: column or parenthesised expression, collation, operator class, direction and NULLS when not default."""
    text = quote_ident(key.column) if key.column else _expression(key.expression)
    if key.collation:
        text += f" COLLATE {_name(key.collation)}"
    if key.opclass:
        text += f" {_name(key.opclass)}"
    if key.descending:
        text += " DESC"
    if key.nulls_are_first != key.descending:
        text += " NULLS FIRST" if key.nulls_are_first else " NULLS LAST"
    return text


def drop_index(schema: str, name: str, *, concurrently: bool = True) -> str:
    """The DROP INDEX statement, without semicolon and without IF EXISTS."""
    return f"DROP INDEX {'CONCURRENTLY ' if concurrently else ''}{qualified(schema, name)}"


def _label(key: IndexKey) -> str:
    return key.column or "_".join(_WORD.findall(key.expression)[:EXPRESSION_WORDS]) or "expr"


def _name(text: str) -> str:
    """Collation and operator class names: quoted and qualified ones pass as they are (`pg_catalog."C"`)."""
    return text if '"' in text or "." in text else quote_ident(text)


def _expression(text: str) -> str:
    """An expression key needs parentheses of its own, unless it is one function call."""
    inner = _stripped(text)
    call = _CALL.match(inner)
    if call and _closing(inner, call.end() - 1) == len(inner) - 1:
        return inner
    return f"({inner})"


def _stripped(text: str) -> str:
    """`text` without parentheses that surround the whole of it."""
    text = text.strip()
    while text.startswith("(") and _closing(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing(text: str, opening: int) -> int:
    """Position of the parenthesis that closes the one at `opening`, quoted text skipped; -1 when there is none."""
    depth, quote = 0, ""
    for position in range(opening, len(text)):
        char = text[position]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return position
    return -1
