"""`advisor demo`: the sample workloads from their logs to migrations."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import clean, write


def command(
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to make for reports and migrations; default: a new one for temporary files."),
    ] = None,
) -> None:
    """Analyse the sample workloads on an embedded PostgreSQL, print what was found, and write reports and migrations.

    \b
    Example:
      advisor demo --out demo
    """
    import tempfile

    from advisor.demo import run_demo

    chosen = out or Path(tempfile.mkdtemp(prefix="advisor-demo-")) / "advisor-demo"
    run_demo(chosen, lambda text: write(clean(text)))
