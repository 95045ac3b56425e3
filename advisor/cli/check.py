"""`advisor check`: the CI gate."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import clean, note, write
from advisor.cli.options import Catalog, Database, Postgres, Prefix, Schema, Twin


def command(
    sources: Annotated[list[str], typer.Argument(help="A report.json, or the same sources as for `analyze`.")],
    postgres: Postgres = None,
    catalog: Catalog = None,
    schema: Schema = None,
    prefix: Prefix = None,
    database: Database = None,
    twin: Twin = None,
    baseline: Annotated[Path | None, typer.Option(help="The accepted state; default .advisor/baseline.jsonl.")] = None,
    acknowledgements: Annotated[Path, typer.Option(help="What `advisor ack` wrote.")] = Path(
        ".advisor/acknowledgements.jsonl"
    ),
    output: Annotated[list[str] | None, typer.Option(help="FORMAT=FILE (text, json, markdown); repeatable.")] = None,
    format: Annotated[str, typer.Option(help="What goes to stdout: text, json or markdown.")] = "text",
) -> None:
    """Compare with the baseline: lost indexes, dearer plans, new loops, new queries without an index. Exit 1 when one fails.

    `[gate]` in advisor.toml says for each condition: fail, warn or off.

    \b
    Example:
      advisor check tests.log --catalog .advisor/catalog.json.gz --output markdown=comment.md
    """
    from datetime import UTC, datetime

    from advisor.analysis import AnalysisRequest
    from advisor.config import load_config
    from advisor.gate.acknowledgements import read_acknowledgements
    from advisor.gate.baseline import DEFAULT_FILE, baseline_of
    from advisor.gate.inputs import baseline_or_none, load_report
    from advisor.gate.rendering import outputs_of, render, write_outputs
    from advisor.gate.roster import check

    config = load_config()
    outputs = outputs_of(output or [], format)
    before = baseline_or_none(baseline, DEFAULT_FILE)
    known = read_acknowledgements(acknowledgements)
    request = AnalysisRequest(
        sources=tuple(sources),
        postgres=postgres,
        catalog=catalog,
        schema=schema,
        prefix=prefix,
        database=database,
        twin=twin,
        config=config,
    )
    after = baseline_of(load_report(request))
    today = datetime.now(UTC).date()
    gate, limits = config.gate, config.gate_thresholds
    roster = check(before, after, today=today, acknowledgements=known, gate=gate, gate_thresholds=limits)
    rendered = render(roster, format)
    write(clean(rendered) if format == "text" else rendered)
    write_outputs(roster, outputs)
    for name, path in outputs:
        note(f"{name}: {path}")
    raise typer.Exit(roster.exit_code)
