"""Tokens of one SQL statement, for fingerprints only: total on any string, linear in its length, and our own.

A parser's token rules change between its versions, and then every stored fingerprint would. These follow the lexical
rules of PostgreSQL (https://www.postgresql.org/docs/current/sql-syntax-lexical.html) and never fail: whatever is left
open (a string, a comment, a dollar quote) reaches to the end of the text, as in a statement that a log has cut off.
Besides PostgreSQL's `$1` the placeholders of drivers and ORMs are understood: `?`, `%s`, `%(name)s`, `:name`, `@p0`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

WORD, QUOTED, CONSTANT, PARAMETER, OPERATOR, PUNCTUATION = "word", "quoted", "constant", "parameter", "operator", "mark"


class Token(NamedTuple):
    """`kind` is one of the constants above; `text` is as written, words in lower case, `value` a constant's content."""

    kind: str
    text: str
    value: str = ""


# Bytes above ASCII belong to identifiers in PostgreSQL, whatever Unicode says about them.
_START, _PART = r"A-Za-z_\x80-\U0010ffff", r"A-Za-z0-9_$\x80-\U0010ffff"
_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t\n\r\f\v]+)
  | (?P<comment>--[^\n\r]*)
  | (?P<block>/\*)
  | (?P<escape>[eE]'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+(?:'|\\?\Z))
  | (?P<string>(?:[bBxXnN]|[uU]&)?'[^']*+(?:''[^']*+)*+(?:'|\Z))
  | (?P<quoted>(?:[uU]&)?"[^"]*+(?:""[^"]*+)*+(?:"|\Z))
  | (?P<number>(?:[0-9]|\.[0-9])[A-Za-z0-9_.]*+(?:(?<=[eE])[+-][0-9]+)?)
  | (?P<word>[{_START}][{_PART}]*+)
  | (?P<parameter>\$[0-9]+)
  | (?P<dollar>\$(?:[{_START}][A-Za-z0-9_\x80-\U0010ffff]*+)?\$)
  | (?P<colon>::|:=|:[{_PART}]++)
  | (?P<operator>(?:(?!--|/\*)[-+*/<>=~!@\#%^&|`?])++)
  | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_DIGITS = frozenset("0123456789")
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_PYFORMAT = re.compile(r"%s\b|%\([A-Za-z0-9_]+\)s")
_AT_NAME = re.compile(r"@[A-Za-z_][A-Za-z0-9_]*")
_CAN_END_IN_SIGN = re.compile(r"[~!@#%^&|`?]")
_LOOKS_LIKE_PLACEHOLDER = {"@?", "<@", "@@", "@@@", "<%", "<<%"}
"""Operators that really end in `?`, `@` or `%`; any other (`=?`, `>@p0`) is an operator and a placeholder."""

OPERAND_FOLLOWS = frozenset(
    "select where and or not in like ilike between is when then else case on having limit offset values set returning "
    "by from any all some distinct similar to escape interval using with as top fetch first next array row".split()
)
"""Words after which a value is expected, so that `-5` is a number there and `%s` a placeholder."""


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text` without white space and comments."""
    position, end, operand, sign = 0, len(text), False, ""
    match = _TOKEN.match
    while position < end:
        found = match(text, position)
        assert found  # the last alternative takes any character
        group, position, written = found.lastgroup, found.end(), found.group()
        if group == "space" or group == "comment":
            continue
        if group == "block":
            position = _comment_end(text, position)
            continue
        if group == "dollar":
            close = text.find(written, position)
            stop = end if close < 0 else close
            token = Token(CONSTANT, "?", text[position:stop])
            position = end if close < 0 else close + len(written)
        elif group == "operator":
            token, position = _operator(text, found.start(), written, operand)
            if token.text in ("-", "+") and not operand and text[position : position + 1] in _DIGITS:
                sign = token.text.strip("+")
                continue
        else:
            token, sign = _token(group or "", sign + written, operand), ""
            if token.text == ":" and len(written) > 1:
                position = found.start() + 1
        operand = _is_operand(token)
        yield token


def _token(group: str, written: str, operand: bool) -> Token:
    if group == "word":
        return Token(WORD, _lower(written))
    if group in ("string", "escape"):
        return Token(CONSTANT, "?", _content(written))
    if group == "number":
        return Token(CONSTANT, "?", written)
    if group == "parameter":
        return Token(PARAMETER, written)
    if group == "quoted":
        return Token(QUOTED, written)
    if group == "colon" and written not in ("::", ":="):
        # `a[1:n]` is a slice; anywhere else a value can stand, `:n` is a placeholder.
        return Token(PUNCTUATION, ":") if operand else Token(PARAMETER, written)
    return Token(PUNCTUATION, written)


def _operator(text: str, start: int, written: str, operand: bool) -> tuple[Token, int]:
    """The operator or placeholder at `start`, and where the next token begins."""
    if not operand:
        if placeholder := _PYFORMAT.match(text, start) or _AT_NAME.match(text, start):
            return Token(PARAMETER, placeholder.group()), placeholder.end()
        if written[0] == "?":
            return Token(PARAMETER, "?"), start + 1
    if len(written) > 1 and written[-1] in "?@%" and written not in _LOOKS_LIKE_PLACEHOLDER:
        written = written[:-1]
    while len(written) > 1 and written[-1] in "+-" and not _CAN_END_IN_SIGN.search(written):
        written = written[:-1]
    return Token(OPERATOR, "<>" if written == "!=" else written), start + len(written)


def _is_operand(token: Token) -> bool:
    """Whether a value ends with this token, so that what follows must be an operator."""
    if token.kind == WORD:
        return token.text not in OPERAND_FOLLOWS
    return token.kind in (QUOTED, CONSTANT, PARAMETER) or token.text in (")", "]")


def _comment_end(text: str, position: int) -> int:
    """Where the comment that was opened just before `position` ends; comments nest."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(text, position):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(text)


def _content(written: str) -> str:
    """What stands between the quotes of a string, its prefix left out and doubled quotes left alone."""
    body = written[written.index("'") + 1 :]
    return body[:-1] if body.endswith("'") else body


def _lower(word: str) -> str:
    """Lower case as PostgreSQL folds names in UTF-8: ASCII letters only."""
    return word.lower() if word.isascii() else "".join(c.lower() if c.isascii() else c for c in word)
