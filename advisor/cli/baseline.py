"""`advisor baseline update`: accept the state of now."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import note
from advisor.cli.options import Catalog, Database, Postgres, Prefix, Schema, Twin

app = typer.Typer(
    help="The accepted state that `advisor check` compares with. Example: advisor baseline update report.json",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def group() -> None:
    """The accepted state that `advisor check` compares with.

    \b
    Example:
      advisor baseline update report.json
    """


@app.command("update")
def update(
    sources: Annotated[list[str], typer.Argument(help="A report.json, or the same sources as for `analyze`.")],
    postgres: Postgres = None,
    catalog: Catalog = None,
    schema: Schema = None,
    prefix: Prefix = None,
    database: Database = None,
    twin: Twin = None,
    baseline: Annotated[
        Path, typer.Option("--baseline", "-o", "--output", help="The file to write; commit it.")
    ] = Path(".advisor/baseline.jsonl"),
) -> None:
    """Write the baseline: queries, plans, costs, loops and findings as they are now. No literals, no time stamps.

    \b
    Example:
      advisor baseline update report.json
    """
    from advisor.analysis import AnalysisRequest
    from advisor.config import load_config
    from advisor.gate.baseline import baseline_of, write_baseline
    from advisor.gate.inputs import load_report

    request = AnalysisRequest(
        sources=tuple(sources),
        postgres=postgres,
        catalog=catalog,
        schema=schema,
        prefix=prefix,
        database=database,
        twin=twin,
        config=load_config(),
    )
    state = baseline_of(load_report(request))
    write_baseline(baseline, state)
    planned = sum(1 for query in state.queries.values() if query.plan)
    note(f"{baseline}: {len(state.queries)} queries ({planned} planned), {len(state.loops)} loops accepted")
    if state.loops:
        note("`advisor check` will not fail for these loops; it fails for new ones")
