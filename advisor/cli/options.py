"""Options that several commands share, said once."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from advisor.model.finding import Finding

Postgres = Annotated[str | None, typer.Option(help="Connection string of the live database; read-only, only EXPLAIN.")]
Catalog = Annotated[Path | None, typer.Option(help="Snapshot made by `advisor snapshot`.")]
Schema = Annotated[Path | None, typer.Option(help="schema.sql: DDL without statistics.")]
Prefix = Annotated[str | None, typer.Option(help="log_line_prefix, when it cannot be inferred from the log.")]
Database = Annotated[str | None, typer.Option(help="Only the statements of this database.")]
Twin = Annotated[str | None, typer.Option(help="Superuser DSN of a scratch server on this machine to plan on.")]
FailOn = Annotated[str | None, typer.Option(help="Exit 1 at a finding of this severity: info, warning, error, never.")]


def worst_at_least(findings: "Iterable[Finding]", level: str) -> bool:
    """Whether an unwaived finding reaches `level`; UsageError when `level` is no severity."""
    from advisor.errors import UsageError
    from advisor.model.finding import SEVERITIES

    if level == "never":
        return False
    if level not in SEVERITIES:
        raise UsageError(f"--fail-on {level!r} is no severity", f"Use {', '.join(SEVERITIES)} or never.")
    floor = SEVERITIES.index(level)
    return any(SEVERITIES.index(f.severity) >= floor for f in findings if not f.waived)
