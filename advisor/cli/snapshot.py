"""`advisor snapshot`: schema and statistics of a live database as one file."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import note


def command(
    url: Annotated[str, typer.Argument(help="postgresql://... of the live database; it is only read.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write: .json, .json.gz or .json.zst.")],
    no_values: Annotated[
        bool, typer.Option("--no-values", help="Leave data values (most common ones, ranges) out.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Save what the planner knows about a database: everything that `analyze --catalog` needs, and no rows.

    \b
    Example:
      advisor snapshot postgresql://app@db/shop -o shop.json.zst
    """
    from advisor.engines.postgres.catalog import load_catalog
    from advisor.engines.postgres.catalog.snapshot import write_snapshot

    catalog = load_catalog(url, values=not no_values)
    write_snapshot(catalog, output, replace=force)
    for remark in catalog.notes:
        note(f"note: {remark}")
    note(f"{output}: {len(catalog.tables)} tables, statistics {catalog.statistics}, {output.stat().st_size:,} bytes")
