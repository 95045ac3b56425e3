"""The numbers of migration files: what a folder has already, what comes next. The clock is the caller's business."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from advisor.emit.format import Format
from advisor.errors import InputError, UsageError

NUMBER_DIGITS = 4
TIMESTAMP = "%Y%m%d%H%M%S"
_FOURTEEN = re.compile(r"[0-9]{14}")
"""strptime alone would also take fewer digits, in another meaning."""
_VERSION = re.compile(r"(\d+)[_.-].*\.sql")


def newest(folder: Path) -> str:
    """The highest number or timestamp that a migration file in `folder` begins with, `` when there is none."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is not a folder", "Give the folder that holds the migrations.")
    found = [match[1] for path in folder.glob("*.sql") if (match := _VERSION.fullmatch(path.name))]
    return max(found, key=_order, default="")


def numbers(format: Format, folder: Path, number: int | None, timestamp: str | None) -> Iterator[str]:
    """Endless numbers for the files of one folder, each later than all that are there.

    `number` (format.numbering "number") is the first to use, by default the folder's highest plus one; `timestamp` (for "timestamp",
    YYYYMMDDHHMMSS in UTC) is the first, one second apart. Raises UsageError when they do not fit the format or come too early.
    """
    last = newest(folder)
    if format.numbering == "timestamp":
        return _timestamps(format, folder, last, number, timestamp)
    if timestamp is not None:
        raise UsageError(f"{format.name} migrations have numbers, not timestamps", "Use --number.")
    if number is None:
        number = int(last or 0) + 1
    elif number < 1 or (last and number <= int(last)):
        raise UsageError(f"--number {number} is not after {last or '0'}, the newest in {folder}", "Leave it out.")
    width = max(NUMBER_DIGITS, len(last))
    return (f"{n:0{width}}" for n in count(number))


def _timestamps(format: Format, folder: Path, last: str, number: int | None, timestamp: str | None) -> Iterator[str]:
    if number is not None:
        raise UsageError(f"{format.name} migrations have timestamps, not numbers", "Use --timestamp.")
    if timestamp is None:
        raise UsageError(f"{format.name} migrations need a timestamp", "Give --timestamp YYYYMMDDHHMMSS.")
    try:
        first = datetime.strptime(timestamp if _FOURTEEN.fullmatch(timestamp) else "", TIMESTAMP)
    except ValueError as error:
        raise UsageError(f"--timestamp {timestamp!r} is not YYYYMMDDHHMMSS", "For example 20260131120000.") from error
    if last and _order(timestamp) <= _order(last):
        raise UsageError(
            f"--timestamp {timestamp} is not after {last}, the newest in {folder}: the runner would skip or refuse it",
            "Give a later one.",
        )
    return ((first + timedelta(seconds=n)).strftime(TIMESTAMP) for n in count())


def _order(version: str) -> tuple[str, int]:
    """Timestamps of any length (20251103, 20251103120000) by the calendar, numbers (9, 0010) by value."""
    padded = version.ljust(14, "0") if len(version) >= 8 else version.rjust(8, "0").rjust(14, "0")
    return padded, len(version)
