"""`advisor ack`: answer for one change of the gate, until a day."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import note


def command(
    fingerprint: Annotated[str, typer.Argument(help="As `advisor check` prints it.")],
    reason: Annotated[str, typer.Option(help="Why this may stay for now.")],
    until: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD; afterwards the check fails.")],
    condition: Annotated[str, typer.Option(help="Only this condition; default: every one of that fingerprint.")] = "",
    file: Annotated[Path, typer.Option(help="The file to keep it in; commit it.")] = Path(
        ".advisor/acknowledgements.jsonl"
    ),
) -> None:
    """Acknowledge what the gate says about one query or loop. An expired acknowledgement fails the check.

    \b
    Example:
      advisor ack 9f3ab2c4d5e6f708 --reason "batch job, rewritten in Q3" --until 2026-09-30
    """
    from datetime import UTC, datetime

    from advisor.gate.acknowledgements import acknowledge, read_acknowledgements, write_acknowledgements

    known = read_acknowledgements(file)
    today = datetime.now(UTC).date()
    write_acknowledgements(file, acknowledge(known, fingerprint, reason, until, today, condition))
    note(f"acknowledged until {until}: {file}")
