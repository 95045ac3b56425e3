"""From accepted recommendations to migrations: one index, one migration, in the order of the report."""

import hashlib
import re
from collections.abc import Sequence

import msgspec

from advisor.emit.evidence import header
from advisor.engines.postgres.ddl import parse_script
from advisor.engines.postgres.render import drop_index, qualified, quote_ident
from advisor.engines.postgres.statements import CreateIndex
from advisor.engines.postgres.tokens import tokenize
from advisor.errors import ConfigError
from advisor.model.migration import Decision, Migration
from advisor.model.recommendation import Recommendation
from advisor.model.report import Report

_NOT_SLUG = re.compile(r"[^a-z0-9_]+")
SLUG_LENGTH = 80
"""Characters; keeps file names well below the 255 bytes that file systems allow."""


def plan_migrations(report: Report, decisions: Sequence[Decision] | None) -> list[Migration]:
    """The migrations to write, sorted by database and then as the report ranks them.

    `decisions` None: nobody has decided yet, every recommendation becomes a migration. Otherwise only the accepted and the edited
    ones do. Recommendations that are no single CREATE INDEX are left out; `without_migration` names them.
    Raises ConfigError for an edit that is no CREATE INDEX on the recommended table.
    """
    chosen = [(item, _verdict(item, decisions)) for item in report.recommendations if _is_index(item)]
    migrations = [_migration(item, report, verdict) for item, verdict in chosen if verdict.verdict != "reject"]
    return sorted(migrations, key=lambda migration: migration.database)


def without_migration(report: Report) -> list[Recommendation]:
    """Recommendations that no file is written for, because they are a rewrite, a setting or need a person's hand."""
    return [item for item in report.recommendations if not _is_index(item)]


def read_create_index(ddl: str, where: str) -> CreateIndex:
    """`ddl` as the one CREATE INDEX statement that it must be, named. Raises ConfigError, which begins with `where`."""
    statements = parse_script(ddl)
    if len(statements) != 1 or not isinstance(statements[0], CreateIndex):
        raise ConfigError(f"{where} is not one CREATE INDEX statement: {ddl!r}", "Give exactly one CREATE INDEX.")
    statement = statements[0]
    if statement.name is None:
        raise ConfigError(
            f"{where} creates an index without a name", "Name it: it must be verified and undone by name."
        )
    return statement


def _verdict(item: Recommendation, decisions: Sequence[Decision] | None) -> Decision:
    if decisions is None:
        return Decision(recommendation=item.id, verdict="accept")
    found = next((decision for decision in decisions if decision.recommendation == item.id), None)
    return found or Decision(recommendation=item.id, verdict="reject", reason="not decided")


def _is_index(item: Recommendation) -> bool:
    return item.action == "create" and item.index is not None and len(item.ddl) == 1


def _migration(item: Recommendation, report: Report, decision: Decision) -> Migration:
    edited = decision.verdict == "edit"
    where = f"the {'edit' if edited else 'DDL'} of recommendation {item.id}"
    statement = read_create_index(decision.ddl if edited else item.ddl[0], where)
    schema, table = _same_table(statement, item, where)
    name = statement.name.name.text if statement.name else ""
    definition = after_table(statement)
    lines = header(msgspec.structs.replace(item, name=name), report, (decision.reason or "yes") if edited else "")
    create = f"CREATE {'UNIQUE ' if statement.unique else ''}INDEX CONCURRENTLY {quote_ident(name)}"
    return Migration(
        slug=slug(f"add_{name}", item.id),
        engine=item.engine,
        database=item.database,
        header=lines,
        index_schema=schema,
        index_name=name,
        table=table,
        unique=statement.unique,
        definition=definition,
        up=(f"{create} ON {qualified(schema, table)} {definition}",),
        down=(drop_index(schema, name),),
        findings=() if edited else item.review,
        recommendation=item.id,
    )


def _same_table(statement: CreateIndex, item: Recommendation, where: str) -> tuple[str, str]:
    """(schema, table) that the statement is about: those of the recommendation, or there is something wrong."""
    spec = item.index
    if spec is None or not spec.schema:
        raise ConfigError(f"recommendation {item.id} does not say in which schema its table is", "Analyse again.")
    written = statement.spec
    if written.table != spec.table or written.schema not in ("", spec.schema):
        raise ConfigError(f"{where} is for another table than {item.relation}", "An edit may change the index only.")
    return spec.schema, spec.table


def after_table(statement: CreateIndex) -> str:
    """The text of a CREATE INDEX after its table, as written: method, keys, INCLUDE, options and WHERE.

    It ends with the last token: a comment behind that would swallow whatever a template puts next.
    """
    tokens = tokenize(statement.text, 0)
    on = next(i for i, token in enumerate(tokens) if token.upper == "ON")
    for token in tokens[on + 1 :]:
        if token.upper == "USING" or (token.kind == "symbol" and token.text == "("):
            return statement.text[token.start : tokens[-1].end]
    raise ConfigError(f"{statement.text!r} has no columns", "Give a CREATE INDEX with its columns.")


def slug(name: str, otherwise: str) -> str:
    """`name` in `[a-z0-9_]`, at most SLUG_LENGTH; what was cut or unwritable is told apart by a hash."""
    plain = _NOT_SLUG.sub("_", name.lower()).strip("_")
    if not plain:
        return otherwise
    if plain == name.lower() and len(plain) <= SLUG_LENGTH:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{plain[: SLUG_LENGTH - len(digest) - 1].rstrip('_')}_{digest}"
