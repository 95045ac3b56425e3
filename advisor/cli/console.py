"""Where output goes: results to stdout, everything else to stderr; colour only on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def clean(text: str) -> str:
    """`text` without control characters: log text must not move the cursor, recolour or ring the terminal."""
    return "".join(c if c in "\n\t" or (c.isprintable()) else "\N{REPLACEMENT CHARACTER}" for c in text)


def out() -> "Console":
    """A rich console on stdout that interprets no markup in what it is given as text."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False, soft_wrap=not sys.stdout.isatty())


def note(message: str) -> None:
    """One line for the person at the terminal, on stderr."""
    sys.stderr.write(clean(message) + "\n")


def write(text: str) -> None:
    """The result of a command, on stdout, as it is."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


@contextmanager
def progress_bar(what: str) -> "Iterator[Callable[[int, int], None] | None]":
    """A bar on stderr that disappears when the work is done; None where stderr is no terminal. Takes (bytes done, bytes in all)."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn(what), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
