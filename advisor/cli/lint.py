"""`advisor lint`: review of migrations that people wrote."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import clean, write
from advisor.cli.options import Catalog, FailOn, Postgres, Schema, worst_at_least


def command(
    files: Annotated[list[Path], typer.Argument(help="SQL files, or folders of them.")],
    postgres: Postgres = None,
    catalog: Catalog = None,
    schema: Schema = None,
    workload: Annotated[
        list[str] | None, typer.Option(help="Digest, log or .sql file of the statements that run; repeatable.")
    ] = None,
    runner: Annotated[str, typer.Option(help="What sends the files: psql, supabase, golang-migrate, ...")] = "",
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
    fail_on: FailOn = None,
) -> None:
    """Review index migrations: locks, timeouts, transactions, reruns, names, definitions, redundancy, undo.

    Without a schema or a workload the rules that need one are silent; the last lines name them.

    \b
    Example:
      advisor lint migrations/ --schema schema.sql --runner psql
    """
    from advisor.analysis import AnalysisRequest, load_schema
    from advisor.config import load_config
    from advisor.errors import UsageError
    from advisor.model.report import Report
    from advisor.reading import read_workload
    from advisor.report import json, lint
    from advisor.review import sends_of
    from advisor.review.lint import lint as review_files

    if format not in ("text", "json"):
        raise UsageError(f"--format {format!r} is unknown", "Use text or json.")
    config = load_config()
    rules = config.rule_set()
    sends = sends_of(runner)
    found, skipped = load_schema(AnalysisRequest(sources=(), postgres=postgres, catalog=catalog, schema=schema))
    observed = read_workload(workload) if workload else None
    result = review_files(files, rules, sends=sends, catalog=found, workload=observed)
    if format == "json":
        report = Report(findings=result.findings, skipped=tuple(skipped), summary={"not_checked": result.silent})
        write(json.render(report))
    else:
        write(clean(lint.render(result, rules)))
    if worst_at_least(result.findings, fail_on or config.fail_on):
        raise typer.Exit(1)
