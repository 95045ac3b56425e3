"""`advisor doctor`: what this machine and that server allow."""

from typing import Annotated

import typer

from advisor.cli.console import clean, write


def command(
    url: Annotated[str | None, typer.Argument(help="postgresql://... to look at a server as well.")] = None,
) -> None:
    """Say which conclusions are possible here, and with which command the others become possible.

    \b
    Example:
      advisor doctor postgresql://app@db/shop
    """
    from advisor.engines.postgres.doctor import machine_checks, server_checks

    checks = machine_checks() + (server_checks(url) if url else [])
    for check in checks:
        write(clean(f"{check.state:<8}{check.fact}"))
        if check.fix:
            write(clean(f"{'':8}  {check.fix}"))
    if any(check.state == "missing" for check in checks):
        raise typer.Exit(1)
