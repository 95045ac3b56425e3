"""The cheap key of a statement: its text with the values cut out by one regular expression.

Millions of executions pass here and only distinct keys are normalised, so this may keep apart what `normalise` joins
(white space, case of names, most list lengths) but must not join what it keeps apart: equal keys mean equal shapes.
Patterns, units and JSON keys take a second expression with a callback; comments in the middle, backslashes, dollar quotes,
open quotes, names beyond ASCII and `?` take the slow path, where the normalised text itself is the key.
"""

import re
from functools import lru_cache

from advisor.workload.constants import pattern
from advisor.workload.normalise import normalise

# The leading character class lets the engine skip to the next candidate: 2.7 times as fast as leading with alternatives.
_VALUES = re.compile(
    r"""['0-9$](?:(?<=')[^']*+(?:''[^']*+)*+'
        |(?<=[0-9])(?<![\w"$][0-9])[A-Za-z0-9_.]*+(?:(?<=[eE])[+-][0-9]+)?
        |(?<=\$)(?<!\w\$)[0-9]++)""",
    re.VERBOSE,
)
_IN_LIST = re.compile(r"\(\?(?<=[\s)\"][iI][nN] \(\?)(?:, ?\?)+\)")
_CONSTANTS = r"\((?:-?\?|null|true|false|default)(?:, ?(?:-?\?|null|true|false|default))*+\)"
_ROWS = re.compile(rf"(\bvalues ?{_CONSTANTS})((?:,\s?{_CONSTANTS})++)", re.IGNORECASE)
_MARKS = re.compile(r"like|->|interval|date_|~|\[|extract|similar|to_", re.IGNORECASE)
"""Where one of these stands, a value may be a pattern, a unit, a format or a JSON key."""
_TEXT_CALL = re.compile(r"\b(?:to_(?:char|date|timestamp|number)|jsonb?_extract_path(?:_text)?)\s*\(", re.IGNORECASE)
_BLANK = " \t\n\r\f\v"
_CONTEXT = 24
"""Characters before a value that are looked at for what it belongs to."""
_LONG = 1_000
"""Characters from which it pays to collapse the rows of VALUES in the key; keys up to that length are remembered."""


def literal_free(text: str) -> str:
    """The key of `text`: statements of one engine with the same key have the same normalised text."""
    if "/*" in text:
        text = without_outer_comment(text)
    if "\\" in text or "?" in text:
        return normalise(text).text
    cut = _VALUES.sub("?", text)
    key, careful = _remembered_key(cut) if len(cut) <= _LONG else _key_of(cut)
    if careful:
        key = _careful_key(text)
    if not key or ('"' in key and not _plain_names(text)):
        return normalise(text).text
    return key


def _key_of(cut: str) -> tuple[str, bool]:
    """The key of all statements that are `cut` without their values, and whether it depends on the values after all.

    Empty: only `normalise` can tell. What decides stands outside of the values (a quote in a name or a comment may hide what
    follows it, but not the `"` or `--` before it), so it is decided once for statements that differ in values only.
    """
    if "--" in cut or "/*" in cut or "#>" in cut or not cut.isascii():
        return "", False
    if _MARKS.search(cut):
        return "", not _TEXT_CALL.search(cut)
    return ("", False) if "'" in cut or "$" in cut else (_collapsed(cut), False)


_remembered_key = lru_cache(4096)(_key_of)


def _careful_key(text: str) -> str:
    """The key of a text of which some values count; empty when only `normalise` can tell."""
    if text.count("'") % 2:
        return ""
    key = _VALUES.sub(_careful, text)
    return _collapsed(key) if key.isascii() and "$" not in key else ""


def _collapsed(key: str) -> str:
    """A key without the lengths of its lists and, when it is long, with only the first row of VALUES."""
    if "(?," in key:
        key = _IN_LIST.sub("(?)", key)
        if len(key) > _LONG:
            key = _ROWS.sub(_first_row, key)
    return key


def without_outer_comment(text: str) -> str:
    """`text` without its only comment when that stands at the very end or start, where sqlcommenter writes it."""
    if text.count("/*") != 1:
        return text
    start = text.index("/*")
    end = text.find("*/", start + 2) + 2
    if end == len(text.rstrip("; \n")):
        head = text[:start]
        if head.count("'") % 2 == 0 and head.count('"') % 2 == 0:
            return head
    elif start == 0 and end > 2:
        return text[end:]
    return text


def _careful(match: re.Match[str]) -> str:
    """A value of a statement in which some values count: kept as it is where `constants.kept` might keep it."""
    value, text, start = match[0], match.string, match.start()
    before = text[max(0, start - _CONTEXT) : start].rstrip(_BLANK)
    if value[0] == "$":
        return "?"
    if (start >= _CONTEXT and not before) or before.rstrip("-+" + _BLANK).endswith(("->", "->>")):
        return value
    if value[0] != "'":
        return "?"
    prefixed = text[start - 1].isalpha() or text[start - 1] == "&" if start else False
    if prefixed or before.lower().endswith(("interval", "[")) or text[match.end() : match.end() + 2] == "::":
        return value
    if before.endswith("("):
        name = before[:-1].rstrip(_BLANK).lower()
        if not name or name.endswith(("date_trunc", "date_part", "extract")):
            return value
    return pattern(value[1:-1]) + ("^" if value[1] == "^" else "")


def _first_row(match: re.Match[str]) -> str:
    first, others = match[1], match[2]
    rows = others.count("(")
    same_width = others.count(",") == rows * (first.count(",") + 1)
    return first if same_width else match[0]


def _plain_names(text: str) -> bool:
    """Whether every quoted name is made of word characters only, so that no value can hide in one.

    Splitting at the quotes puts the names at the odd places. A string with an odd number of double quotes shifts that, and
    then some odd part holds a single quote: the answer is no.
    """
    return ("x" + "".join(text.split('"')[1::2])).isidentifier()
