"""The `advisor` program: one module per command, and the only place that catches errors.

Command modules are imported to know their options, so they import nothing heavy at the top: `advisor --help` stays fast.
"""

import sys
import traceback

import typer

from advisor import __version__
from advisor.cli.console import note
from advisor.errors import AdvisorError

app = typer.Typer(
    name="advisor",
    help="Index and query advisor for PostgreSQL and MongoDB: from a log to a reviewed migration.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"advisor {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
    debug: bool = typer.Option(False, "--debug", help="Print a traceback when something fails."),
) -> None:
    pass


def main() -> None:
    """Run the program; every AdvisorError becomes two lines on stderr and exit code 2."""
    try:
        app()
    except AdvisorError as error:
        if "--debug" in sys.argv:
            traceback.print_exc()
        note(f"error: {error.message}")
        if error.hint:
            note(f"  next: {error.hint}")
        sys.exit(error.exit_code)
