"""What is kept of a constant in normalised text: nothing (`?`), unless it decides which index or plan can serve.

Kept are JSON keys, the anchors of a pattern (`'?%'` can use a B-tree, `'%?'` cannot), units of time and format strings.
Everything else is data and becomes `?`. `context` is the list of normalised tokens before the constant.
"""

import re
from collections.abc import Sequence

JSON_STEPS = frozenset(("->", "->>", "#>", "#>>"))
_LIKE = frozenset(("like", "ilike", "~~", "~~*", "!~~", "!~~*"))
_REGEX = frozenset(("~", "~*", "!~", "!~*"))
_UNIT_FUNCTIONS = frozenset(("date_trunc", "date_part", "extract"))
_TEXT_FUNCTIONS = frozenset(
    "to_char to_date to_timestamp to_number json_extract_path json_extract_path_text jsonb_extract_path "
    "jsonb_extract_path_text".split()
)
"""Functions whose constants are formats or paths: they belong to the expression that an index would have to repeat."""
_SHORT = 64
_UNIT = re.compile(r"[a-z_]{1,20}")
_INTERVAL = re.compile(r"(?:[\s+-]*[0-9.]+\s*[a-z]+)+(?:\s+ago)?\s*")
_AMOUNT = re.compile(r"[\s+-]*[0-9.]+\s*([a-z]+)")
_UNITS = frozenset(
    "microsecond millisecond second sec minute min hour day week month mon year decade century millennium".split()
)


def kept(value: str, context: Sequence[str], call: str) -> str:
    """The normalised form of constant `value` after the tokens `context`, inside a call of function `call`."""
    before = context[-1] if context else ""
    if before in JSON_STEPS:
        return quoted(value)
    if before in _LIKE or (before == "to" and len(context) > 1 and context[-2] == "similar"):
        return pattern(value)
    if before in _REGEX:
        return "'^?'" if value.startswith("^") else "'?'"
    if before == "interval":
        return interval(value)
    if call in _UNIT_FUNCTIONS and before == "(":
        unit = value.lower()
        return quoted(unit) if _UNIT.fullmatch(unit) else "?"
    if (call in _TEXT_FUNCTIONS and before == ",") or call == "[":
        return "?" if value.isdigit() else quoted(value)
    return "?"


def pattern(value: str) -> str:
    """The anchors of a LIKE pattern: `'?'`, `'?%'`, `'%?'`, `'%?%'`, `'?%?'` or `'%'`."""
    body = value.strip("%_")
    if not body:
        return "'%'" if value else "'?'"
    start, end = value[0] in "%_", value[-1] in "%_" and not value.endswith(("\\%", "\\_"))
    inner = not (start or end) and re.search(r"(?<!\\)[%_]", body)
    return f"'{'%' if start else ''}{'?%?' if inner else '?'}{'%' if end else ''}'"


def interval(value: str) -> str:
    """The units of an interval: `'? day'` for `'7 days'`; `?` when it is written in another way."""
    lowered = value.lower()
    if len(lowered) <= _SHORT and _INTERVAL.fullmatch(lowered):
        units = [_singular(unit) for unit in _AMOUNT.findall(lowered)]
        if _UNITS.issuperset(units):
            return f"'? {' '.join(units)}'"
    return "?"


def quoted(value: str) -> str:
    """`value` as an SQL string, or as a number when it is one; overlong ones are data after all."""
    if len(value) > _SHORT:
        return "?"
    return value if value.isascii() and value.removeprefix("-").isdigit() else f"'{value}'"


def _singular(unit: str) -> str:
    return {"centuries": "century", "millennia": "millennium"}.get(unit) or (unit[:-1] if unit.endswith("s") else unit)
