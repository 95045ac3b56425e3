"""The `advisor` program: one module per command, and the only place that catches errors.

Command modules are imported to know their options, so they import nothing heavy at the top: `advisor --help` stays fast.
"""

import os
import signal
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from advisor import __version__
from advisor.cli import (
    ack,
    analyze,
    baseline,
    check,
    demo,
    diff,
    digest,
    doctor,
    explain,
    lint,
    migrate,
    record,
    review,
    rules,
    schema,
    snapshot,
)
from advisor.cli.console import note
from advisor.errors import AdvisorError


class Program(TyperGroup):
    """Turns every error into two lines on stderr and exit code 2 (a Refused migration: 1); `--debug` adds the traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except AdvisorError as error:
            _explain(ctx, error.message, error.hint)
            raise typer.Exit(error.exit_code) from error
        except BrokenPipeError:
            # The reader of our output went away (`| head`): nothing is wrong. Keep the interpreter from flushing again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except (typer.Exit, typer.Abort, KeyboardInterrupt):
            raise
        except Exception as error:
            if type(error).__module__.startswith(("typer", "click")):
                raise
            hint = "This is a bug of advisor: run `advisor --debug ...` and report the traceback."
            _explain(ctx, f"internal error, {type(error).__name__}: {error}", hint)
            raise typer.Exit(2) from error


def _explain(ctx: Any, message: str, hint: str) -> None:
    if ctx.params.get("debug"):
        import traceback

        traceback.print_exc()
    note(f"error: {message}")
    if hint:
        note(f"  next: {hint}")


app = typer.Typer(
    name="advisor",
    cls=Program,
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


app.command("ack")(ack.command)
app.command("analyze")(analyze.command)
app.command("demo")(demo.command)
app.command("check")(check.command)
app.command("diff")(diff.command)
app.command("digest")(digest.command)
app.command("doctor")(doctor.command)
app.command("explain")(explain.command)
app.command("lint")(lint.command)
app.command("migrate")(migrate.command)
app.command("record")(record.command)
app.command("review")(review.command)
app.command("schema")(schema.command)
app.command("snapshot")(snapshot.command)
app.add_typer(baseline.app, name="baseline")
app.add_typer(rules.app, name="rules")


def main() -> None:
    """Run the program. Ended from outside, it still stops the servers that it started."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    app()
