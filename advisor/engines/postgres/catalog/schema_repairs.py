"""What a schema.sql needs and the throw-away server lacks: stand-ins, so that one missing extension does not cost tables.

Each repair answers one error of the server with one statement (or a changed statement); the caller tries again.
"""

import re
from collections.abc import Mapping

import psycopg
from psycopg import errors, sql

from advisor.engines.postgres.twin.site import Connection

STAND_INS: Mapping[str, tuple[str, ...]] = {
    "citext": ("CREATE DOMAIN {schema}.citext AS text",),
    "hstore": ("CREATE DOMAIN {schema}.hstore AS text",),
    "ltree": ("CREATE DOMAIN {schema}.ltree AS text",),
    "vector": ("CREATE DOMAIN {schema}.vector AS text",),
    "postgis": ("CREATE DOMAIN {schema}.geometry AS text", "CREATE DOMAIN {schema}.geography AS text"),
    "uuid-ossp": tuple(
        f"CREATE FUNCTION {{schema}}.{name}() RETURNS uuid LANGUAGE sql AS 'SELECT pg_catalog.gen_random_uuid()'"
        for name in ("uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4")
    ),
}
"""Extension -> statements that make its types and default values known; its operators stay unknown."""

_TYPE = re.compile(r'type "(.+)" does not exist')
_ROLE = re.compile(r'role "(.+)" does not exist')
_SCHEMA = re.compile(r'schema "(.+)" does not exist')
_MODIFIER = re.compile(r'type modifier is not allowed for type "(.+)"')
_PSEUDO = re.compile(r"\[\]|%|\(")


def repaired(owner: Connection, admin: Connection, statement: str, error: psycopg.Error) -> str | None:
    """The statement to try again after `error`, or None when nothing can be done.

    A missing type becomes a text domain, a missing schema is created, a missing role too (without login), and a type
    modifier that a stand-in does not take is dropped.
    """
    words = str(error.diag.message_primary or "")
    if found := _MODIFIER.search(words):
        without = re.sub(rf'("?\b{re.escape(found[1])}\b"?)\s*\([^()]*\)', r"\1", statement)
        return without if without != statement else None
    if isinstance(error, errors.UndefinedObject) and (found := _ROLE.search(words)):
        made = _try(admin, sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(found[1])))
    elif isinstance(error, errors.InvalidSchemaName) and (found := _SCHEMA.search(words)):
        made = _try(owner, sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(found[1])))
    elif isinstance(error, errors.UndefinedObject) and (found := _TYPE.search(words)) and not _PSEUDO.search(found[1]):
        parts = [part.strip('"') for part in found[1].split(".")] if "." in found[1] else ["public", found[1]]
        made = _try(owner, sql.SQL("CREATE DOMAIN {} AS text").format(sql.Identifier(*parts)))
    else:
        return None
    return statement if made else None


def stand_in(owner: Connection, extension: str, schema: str) -> bool:
    """Create what replaces a missing extension; False when nothing is known to."""
    statements = STAND_INS.get(extension, ())
    _try(owner, sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    for statement in statements:
        _try(owner, sql.SQL(statement).format(schema=sql.Identifier(schema)))
    return bool(statements)


def _try(connection: Connection, statement: sql.Composed) -> bool:
    try:
        connection.execute(statement)
    except psycopg.Error:
        return False
    return True
