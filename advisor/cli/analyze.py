"""`advisor analyze`: the report."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import clean, note, progress_bar, write
from advisor.cli.options import Catalog, Database, FailOn, Postgres, Prefix, Schema, Twin, worst_at_least


def command(
    sources: Annotated[
        list[str], typer.Argument(help="Logs, plan files, .sql files, digests, folders, or - for stdin.")
    ],
    postgres: Postgres = None,
    catalog: Catalog = None,
    schema: Schema = None,
    prefix: Prefix = None,
    database: Database = None,
    twin: Twin = None,
    output: Annotated[list[str] | None, typer.Option(help="FORMAT=FILE (json, markdown); repeatable.")] = None,
    format: Annotated[str, typer.Option(help="What goes to stdout: text, json or markdown.")] = "text",
    show_literals: Annotated[bool, typer.Option(help="Print the slowest sample of each shape, data included.")] = False,
    fail_on: FailOn = None,
) -> None:
    """Read logs, find loops and missing indexes, prove each index with the planner, print the report.

    \b
    Example:
      advisor analyze postgresql-*.log.gz --postgres postgresql://app@db/shop --output json=report.json
    """
    from advisor.analysis import AnalysisRequest, analyze
    from advisor.config import load_config
    from advisor.report import FORMATS, parse_outputs, terminal, write_outputs

    config = load_config()
    outputs = parse_outputs(output or [])
    parse_outputs([] if format == "text" else [f"{format}=-"])
    request = AnalysisRequest(
        sources=tuple(sources),
        postgres=postgres,
        catalog=catalog,
        schema=schema,
        prefix=prefix,
        database=database,
        twin=twin,
        show_literals=show_literals,
        config=config,
    )
    with progress_bar("reading") as progress:
        report = analyze(request, progress=progress)
    write(clean(terminal.render(report)) if format == "text" else FORMATS[format](report))
    write_outputs(report, outputs)
    for name, path in outputs:
        note(f"{name} report: {path}")
    _next_step(outputs, bool(report.recommendations))
    if worst_at_least(report.findings, fail_on or config.fail_on):
        raise typer.Exit(1)


def _next_step(outputs: list[tuple[str, Path]], useful: bool) -> None:
    json_report = next((path for name, path in outputs if name == "json"), None)
    if json_report and useful:
        note(
            f"next: advisor review {json_report}, then advisor migrate {json_report} --framework sql --out migrations/"
        )
    elif useful:
        note("next: add --output json=report.json, then advisor review report.json")
