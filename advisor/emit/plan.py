"""From accepted recommendations to migrations: one index, one migration, in the order of the report."""

import hashlib
import re
from collections.abc import Sequence

from msgspec.structs import replace

from advisor.emit.evidence import header
from advisor.model.migration import Decision, Migration
from advisor.model.recommendation import Recommendation
from advisor.model.report import Report
from advisor.review.change import read_change

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


def _verdict(item: Recommendation, decisions: Sequence[Decision] | None) -> Decision:
    if decisions is None:
        return Decision(recommendation=item.id, verdict="accept")
    found = next((decision for decision in decisions if decision.recommendation == item.id), None)
    return found or Decision(recommendation=item.id, verdict="reject", reason="not decided")


def _is_index(item: Recommendation) -> bool:
    return item.action == "create" and item.index is not None and len(item.ddl) == 1


def _migration(item: Recommendation, report: Report, decision: Decision) -> Migration:
    edited = decision.verdict == "edit"
    change = read_change(item, decision.ddl if edited else item.ddl[0])
    why = (decision.reason or "no reason given") if edited else ""
    return Migration(
        slug=slug(f"add_{change.name}", item.id),
        engine=item.engine,
        database=item.database,
        header=header(replace(item, name=change.name), report, why),
        index_schema=change.schema,
        index_name=change.name,
        table=change.table,
        unique=change.unique,
        definition=change.definition,
        analyze=change.expressions,
        up=(change.create,),
        down=(change.drop,),
        findings=() if edited else item.review,
        recommendation=item.id,
    )


def slug(name: str, otherwise: str) -> str:
    """`name` in `[a-z0-9_]`, at most SLUG_LENGTH; what was cut or unwritable is told apart by a hash."""
    plain = _NOT_SLUG.sub("_", name.lower()).strip("_")
    if not plain:
        return otherwise
    if plain == name.lower() and len(plain) <= SLUG_LENGTH:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{plain[: SLUG_LENGTH - len(digest) - 1].rstrip('_')}_{digest}"
