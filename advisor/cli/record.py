"""`advisor record -- COMMAND`: run a test suite with query recording on."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import note


def command(
    words: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="The command, after `--`.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the log goes.")] = Path("advisor-record.json"),
) -> None:
    """Run COMMAND against a private PostgreSQL (PG* variables, DATABASE_URL) that logs every statement.

    The exit code is the command's own.

    \b
    Example:
      advisor record -o tests.json -- pytest
    """
    from advisor.recording import record

    code = record(words, output)
    note(f"recorded: {output}")
    note(f"next: advisor analyze {output}")
    raise typer.Exit(code)
