"""`advisor migrate`: the accepted recommendations as migration files."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import note, write


def command(
    report: Annotated[Path, typer.Argument(help="report.json of `advisor analyze`.")],
    framework: Annotated[str, typer.Option(help="sql or supabase.")],
    out: Annotated[Path, typer.Option(help="Folder for the files; for supabase the project's folder.")],
    decisions: Annotated[
        Path | None,
        typer.Option(help="Decisions of `advisor review`; default .advisor/decisions.jsonl where it exists."),
    ] = None,
    number: Annotated[
        int | None, typer.Option(help="Number of the first file; default: after the folder's last.")
    ] = None,
    timestamp: Annotated[str | None, typer.Option(help="YYYYMMDDHHMMSS (UTC) of the first file; default: now.")] = None,
) -> None:
    """Write migrations: up, down and a script that verifies. One that fails review is refused, and nothing is written.

    Where a decisions file exists only accepted and edited recommendations become files, otherwise all of them do.

    \b
    Example:
      advisor migrate report.json --framework sql --out migrations/
    """
    from datetime import UTC, datetime

    from advisor.config import load_config
    from advisor.emit import emit, format_named, plan_migrations, without_migration
    from advisor.emit.numbering import TIMESTAMP
    from advisor.report.json import load
    from advisor.review.decisions import decisions_for

    format = format_named(framework)
    document = load(report)
    decided = decisions_for(decisions)
    if format.numbering == "timestamp" and timestamp is None:
        timestamp = datetime.now(UTC).strftime(TIMESTAMP)
    migrations = plan_migrations(document, decided)
    rules = load_config().rule_set()
    for path in emit(migrations, format, out, number=number, timestamp=timestamp, rules=rules):
        write(str(path))
    for item in without_migration(document):
        note(f"no file for {item.id}: {item.action} on {item.relation} needs a person's hand")
    _summary(len(migrations), len(document.recommendations), decided is not None, format.runner)


def _summary(written: int, recommended: int, reviewed: bool, runner: str) -> None:
    if not reviewed and written:
        note(
            "nobody has reviewed these yet: `advisor review REPORT` keeps decisions, and then only accepted ones are written"
        )
    elif reviewed and written < recommended:
        note(f"{recommended - written} of {recommended} recommendations are not accepted: `advisor review REPORT`")
    if written:
        note(f"apply each with: {runner}")
    else:
        note("nothing to write")
