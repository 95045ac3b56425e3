"""Files of ours that a team commits: JSON lines, a header first, then one sorted line a fact, so that they merge and read line by line."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from advisor.errors import ConfigError
from advisor.files import read_text

T = TypeVar("T")

_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: what the file is and in which version of its layout."""

    advisor: str
    version: int


def dump(header: msgspec.Struct, lines: Iterable[msgspec.Struct]) -> str:
    """The text of such a file; the caller sorts. Fields at their default are written too: a line reads by itself."""
    return "".join(msgspec.json.encode(line).decode() + "\n" for line in (header, *lines))


def load(path: Path, kind: str, version: int, hint: str, header: type[T], *lines: type) -> tuple[T, list[object]]:
    """(header, lines) of the file at `path`, whose first line must say `kind` and `version`.

    `lines` are the types of the other lines (tagged when there are several). Raises ConfigError with the line and `hint` when the
    file is something else, of another version, broken, or holds an unresolved merge conflict.
    """
    rows = [(number, row) for number, row in enumerate(read_text(path).splitlines(), 1) if row.strip()]
    for number, row in rows:
        if row.startswith(_CONFLICT):
            raise ConfigError(f"{path}, line {number}: a merge conflict is left in the file", f"Resolve it. {hint}")
    if not rows:
        raise ConfigError(f"{path} is empty", hint)
    first = _decode(path, *rows[0], hint, Header)
    if first.advisor != kind:
        raise ConfigError(f"{path} holds {first.advisor}, not {kind}", hint)
    if first.version != version:
        raise ConfigError(f"{path} is {kind} of version {first.version}, this program reads {version}", hint)
    union: object = lines[0]
    for other in lines[1:]:
        union = union | other
    return _decode(path, *rows[0], hint, header), [_decode(path, *row, hint, union) for row in rows[1:]]  # type: ignore[arg-type]


def _decode(path: Path, number: int, row: str, hint: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(row, type=kind)
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path}, line {number}: {error}", hint) from error
