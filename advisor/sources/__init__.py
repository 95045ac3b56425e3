"""Inputs: from files, directories and standard input to events. Each format is one module; `registry.py` lists them."""

from collections.abc import Sequence

from advisor.sources.reader import Reader

__all__ = ["Reader", "open_sources"]


def open_sources(paths: Sequence[str], *, prefix: str | None = None) -> Reader:
    """Look at `paths` (files, directories, `-` for standard input) and return a Reader of their events.

    `prefix` is the log_line_prefix of stderr logs when inferring it from the file fails. Raises InputError for what does not
    exist, is empty or is no input of ours.
    """
    return Reader(paths, prefix=prefix)
