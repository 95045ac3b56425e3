"""Jinja for migration files: `templates/emit/<format>/*.j2`, sandboxed, with SQL's own escaping as filters."""

from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from advisor.emit.evidence import comment_line
from advisor.engines.postgres.render import qualified, quote_ident, quote_literal
from advisor.model.migration import Migration
from advisor.resources import data_dir


def render(name: str, migration: Migration, **values: Any) -> str:
    """`templates/emit/<name>` with the migration's fields; ends with one newline."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(data_dir("templates") / "emit"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the output is SQL: identifiers, literals and comments have filters of their own
    )
    environment.filters.update(ident=quote_ident, literal=quote_literal, comment=comment_line, dollar=dollar_quoted)
    fields = {
        "m": migration,
        "create": migration.up[0],
        "create_unless_there": migration.up[0].replace(" CONCURRENTLY ", " CONCURRENTLY IF NOT EXISTS ", 1),
        "drop": migration.down[0],
        "drop_if_there": migration.down[0].replace(" CONCURRENTLY ", " CONCURRENTLY IF EXISTS ", 1),
        "index": qualified(migration.index_schema, migration.index_name),
        "table": qualified(migration.index_schema, migration.table),
    }
    return environment.get_template(name).render(**fields, **values).rstrip("\n") + "\n"


def dollar_quoted(body: str) -> str:
    """`body` as a dollar-quoted string whose tag does not occur in it, whatever names the body holds."""
    tag = "$advisor$"
    number = 0
    while tag in body:
        number += 1
        tag = f"$advisor{number}$"
    return f"{tag}\n{body.strip()}\n{tag}"
