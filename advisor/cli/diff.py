"""`advisor diff`: what changed between two states."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import clean, write


def command(
    before: Annotated[Path, typer.Argument(help="A baseline or a report.json.")],
    after: Annotated[Path, typer.Argument(help="A baseline or a report.json.")],
    format: Annotated[str, typer.Option(help="text, json or markdown.")] = "text",
) -> None:
    """Say what changed from BEFORE to AFTER: queries, plans, costs, loops, and calls in per cent. Exit code 0 whatever it is.

    \b
    Example:
      advisor diff last-week.json report.json
    """
    from advisor.gate.inputs import load_state
    from advisor.gate.rendering import render
    from advisor.gate.roster import difference

    rendered = render(difference(load_state(before), load_state(after)), format)
    write(clean(rendered) if format == "text" else rendered)
