"""`advisor explain`: one plan, or a file of them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import clean, out, write
from advisor.cli.options import Catalog, FailOn, worst_at_least


def command(
    file: Annotated[str, typer.Argument(help="EXPLAIN output as text or JSON, or - for stdin.")],
    catalog: Catalog = None,
    critical: Annotated[list[str] | None, typer.Option(help="Table that must never be read whole; repeatable.")] = None,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
    show_literals: Annotated[bool, typer.Option(help="Print literals of conditions, which are data.")] = False,
    fail_on: FailOn = None,
) -> None:
    """Explain a plan: the annotated tree, what is wrong with it, and which columns an index lacks.

    \b
    Example:
      psql -c 'EXPLAIN (ANALYZE, BUFFERS) SELECT ...' | advisor explain -
    """
    from advisor.config import load_config
    from advisor.engines.postgres.catalog.snapshot import read_snapshot
    from advisor.errors import UsageError
    from advisor.report import json
    from advisor.report.plan import explain, render, to_report

    if format not in ("text", "json"):
        raise UsageError(f"--format {format!r} is unknown", "Use text or json.")
    config = load_config()
    rules = config.rule_set()
    text = _text(file)
    known = read_snapshot(catalog) if catalog else None
    explained = explain(text, rules, catalog=known, critical=critical or ())
    if format == "json":
        write(json.render(to_report(explained, file, len(text.encode()))))
    else:
        page = render(explained, rules, show_literals=show_literals)
        page.plain = clean(page.plain)  # character for character, so the colours stay in their places
        out().print(page)
    if worst_at_least([finding for item in explained for finding in item.findings], fail_on or config.fail_on):
        raise typer.Exit(1)


def _text(file: str) -> str:
    """The input as text; plans come from logs and terminals, so bytes that are no UTF-8 are replaced."""
    from advisor.errors import InputError

    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}", "Check the path and its permissions.") from error
    return raw.decode("utf-8", "replace")
