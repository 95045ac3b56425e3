"""EXPLAIN (FORMAT JSON) to raw documents.

msgspec decodes what is whole and of ordinary depth. The reader below is for the rest and keeps its own stack: a plan of 500
levels is 1,000 levels of JSON, more than any recursive decoder allows. It also says where a plan is cut, which is the usual
way for one to be broken, and reads several documents one after the other.
"""

import re
from contextlib import suppress
from json import JSONDecoder
from typing import Any

import msgspec

from advisor.engines.postgres.plan.frame import Piece
from advisor.errors import InputError

SPACE = re.compile(r"[ \t\n\r]*")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
WORDS = {"true": True, "false": False, "null": None}
STRINGS = JSONDecoder(strict=False)
WORD = re.compile(r"true|false|null")
HINT = "Give the whole JSON that EXPLAIN printed; a log line may have been cut by its collector."


class _Broken(Exception):
    def __init__(self, position: int, what: str) -> None:
        self.position = position
        self.what = what


def read_documents(piece: Piece) -> list[dict[str, Any]]:
    """The objects with a `Plan` in one JSON payload (or in several values one after the other).

    InputError names line and column of what cannot be read.
    """
    values = _read_all(piece)
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    documents = [item for item in items if isinstance(item, dict) and isinstance(item.get("Plan"), dict)]
    if not documents:
        raise InputError(f'line {piece.line}: this JSON holds no plan (no object with "Plan")', HINT)
    return documents


def _read_all(piece: Piece) -> list[Any]:
    """Every JSON value of the payload."""
    text, position, values = piece.payload, 0, []
    with suppress(msgspec.DecodeError, RecursionError, UnicodeError):
        return [msgspec.json.decode(text)]
    try:
        while (position := _skip(text, position)) < len(text):
            if text[position] == ";":
                position += 1
                continue
            value, position = read_value(text, position)
            values.append(value)
    except _Broken as broken:
        line = text.count("\n", 0, broken.position)
        column = broken.position - text.rfind("\n", 0, broken.position)
        where = f"line {piece.line + line}, column {column}"
        raise InputError(f"the JSON plan is broken at {where}: {broken.what}", HINT) from None
    return values


def _skip(text: str, position: int) -> int:
    match = SPACE.match(text, position)
    return match.end() if match else position


def read_value(text: str, position: int) -> tuple[Any, int]:
    """The JSON value that starts at `position`, and where it ends."""
    holder: list[Any] = []
    stack: list[Any] = [holder]
    keys: list[str | None] = [None]
    while True:
        value, position = _open(text, _skip(text, position))
        container = stack[-1]
        if isinstance(container, list):
            container.append(value)
        else:
            container[keys[-1]] = value
        if isinstance(value, list | dict):
            stack.append(value)
            keys.append(None)
            position, closed = _first(text, position, value, keys)
            if not closed:
                continue
            stack.pop()
            keys.pop()
        while len(stack) > 1:
            position, more = _next(text, position, stack[-1], keys)
            if more:
                break
            stack.pop()
            keys.pop()
        else:
            return holder[0], position


def _open(text: str, position: int) -> tuple[Any, int]:
    """A scalar, or an empty container whose opening bracket was read."""
    mark = text[position : position + 1]
    if mark == "{":
        return {}, position + 1
    if mark == "[":
        return [], position + 1
    if mark == '"':
        return _string(text, position)
    if match := NUMBER.match(text, position):
        return (float(match[0]) if match[1] or match[2] else int(match[0])), match.end()
    if match := WORD.match(text, position):
        return WORDS[match[0]], match.end()
    raise _Broken(position, "it ends here" if not mark else f"a value is expected, not {mark!r}")


def _first(text: str, position: int, container: Any, keys: list[str | None]) -> tuple[int, bool]:
    """Behind an opening bracket: (position of the first value, False), or (behind the closing bracket, True)."""
    position = _skip(text, position)
    if text[position : position + 1] == ("]" if isinstance(container, list) else "}"):
        return position + 1, True
    return (position if isinstance(container, list) else _key(text, position, keys)), False


def _next(text: str, position: int, container: Any, keys: list[str | None]) -> tuple[int, bool]:
    """Behind a value: (position of the next value, True), or (behind the closing bracket, False)."""
    position = _skip(text, position)
    mark = text[position : position + 1]
    if mark == ",":
        position = _skip(text, position + 1)
        return (position if isinstance(container, list) else _key(text, position, keys)), True
    if mark == ("]" if isinstance(container, list) else "}"):
        return position + 1, False
    inside = f" inside {keys[-1]!r}" if keys[-1] else ""
    raise _Broken(position, f"it ends here{inside}" if not mark else f"a comma or bracket is expected, not {mark!r}")


def _key(text: str, position: int, keys: list[str | None]) -> int:
    if text[position : position + 1] != '"':
        raise _Broken(position, "a property name is expected" if position < len(text) else "it ends here")
    keys[-1], position = _string(text, position)
    position = _skip(text, position)
    if text[position : position + 1] != ":":
        raise _Broken(position, f"a colon is expected after {keys[-1]!r}" if position < len(text) else "it ends here")
    return _skip(text, position + 1)


def _string(text: str, position: int) -> tuple[str, int]:
    try:
        value, end = STRINGS.raw_decode(text, position)
    except ValueError:
        raise _Broken(position, "this string does not end, or has a bad escape") from None
    return str(value), end
