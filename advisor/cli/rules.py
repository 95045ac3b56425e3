"""`advisor rules list` and `advisor rules show ID`: the catalogue, rendered from the rule folders."""

from typing import Annotated

import typer

from advisor.cli.console import write

app = typer.Typer(
    help="The rule catalogue.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("list")
def list_rules(
    format: Annotated[str, typer.Option(help="text or markdown.")] = "text",
) -> None:
    """List every rule with its severity and the wrong thing it names.

    \b
    Example:
      advisor rules list
    """
    from advisor.config import load_config
    from advisor.report.rules import render_list

    write(render_list(load_config().rule_set(), format))


@app.command("show")
def show(rule: Annotated[str, typer.Argument(help="For example MIG301.")]) -> None:
    """Print one rule: when it fires, what happens otherwise, the fix, a bad and a good example.

    \b
    Example:
      advisor rules show MIG301
    """
    from advisor.config import load_config
    from advisor.report.rules import render_rule

    write(render_rule(load_config().rule_set(), rule))
