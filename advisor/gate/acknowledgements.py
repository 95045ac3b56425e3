"""Changes that somebody answered for: a fingerprint, the reason and the last day that it holds. Committed, so it is an audit trail."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import msgspec

from advisor.errors import ConfigError, UsageError
from advisor.files import write_new
from advisor.jsonl import Header, dump, load

DEFAULT_FILE = Path(".advisor/acknowledgements.jsonl")
KIND = "acknowledgements"
VERSION = 1
_HINT = "`advisor ack FINGERPRINT --reason TEXT --until YYYY-MM-DD` writes this file."


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """`until` is the last day on which it holds. An empty `condition` covers every condition of that fingerprint."""

    fingerprint: str
    condition: str = ""
    reason: str
    until: date


def read_acknowledgements(path: Path) -> list[Acknowledgement]:
    """Those in `path`, none when there is no such file. ConfigError when it cannot be used or a reason is missing."""
    if not path.exists():
        return []
    _, lines = load(path, KIND, VERSION, _HINT, Header, Acknowledgement)
    found = [line for line in lines if isinstance(line, Acknowledgement)]
    for line in found:
        if not line.reason.strip() or not line.fingerprint:
            raise ConfigError(f"{path}: an acknowledgement without a fingerprint or a reason", _HINT)
    return found


def acknowledge(
    known: Sequence[Acknowledgement], fingerprint: str, reason: str, until: str, today: date, condition: str = ""
) -> list[Acknowledgement]:
    """`known` with one more, which replaces an earlier one about the same. UsageError for a past or unreadable day."""
    try:
        last = date.fromisoformat(until)
    except ValueError as error:
        raise UsageError(f"--until {until!r} is not a day", "Write it as YYYY-MM-DD.") from error
    if last < today:
        raise UsageError(f"--until {until} is past", "Give a day from today on.")
    if not reason.strip():
        raise UsageError("an acknowledgement needs a reason", "Say why: --reason TEXT.")
    if not fingerprint.strip():
        raise UsageError("an acknowledgement needs a fingerprint", "`advisor check` prints it with each condition.")
    mine = Acknowledgement(fingerprint=fingerprint, condition=condition, reason=reason, until=last)
    return [*(a for a in known if (a.fingerprint, a.condition) != (fingerprint, condition)), mine]


def write_acknowledgements(path: Path, lines: Iterable[Acknowledgement]) -> None:
    """Replace `path`, sorted by fingerprint."""
    ordered = sorted(lines, key=lambda line: (line.fingerprint, line.condition))
    write_new(path, dump(Header(advisor=KIND, version=VERSION), ordered), replace=True)
