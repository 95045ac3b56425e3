"""The expressions in a plan as the server prints them: lists split, AND split, literals masked, comparisons recognised.

The server's printing is regular (every operator in parentheses, unquoted names in lower case, keywords in upper case), so this
needs no SQL parser; what is not recognised is left alone, never guessed.
"""

import re
from typing import NamedTuple

TOKEN = re.compile(
    r"""(?P<string>E?'(?:[^']|'')*') | (?P<quoted>"(?:[^"]|"")*") | (?P<parameter>\$\d+)
      | (?P<number>(?<![\w$])\d+(?:\.\d+)?(?:e[-+]?\d+)?\b) | (?P<word>[^\W\d]\w*) | (?P<space>\s+) | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
CAST = re.compile(
    r'::(?:"(?:[^"]|"")+"|[\w.]+)(?: (?:varying|precision|with(?:out)? time zone))?(?:\([\d, ]+\))?(?:\[\])*'
)
NAME = r'(?:(?:[^\W\d]\w*|"(?:[^"]|"")+")\.)*(?P<column>[^\W\d]\w*|"(?:[^"]|"")+")'
COLUMN = re.compile(rf"\(?{NAME}\)?")
COMPARISON = re.compile(rf"{NAME} (?P<operator>=|<>|<=|>=|<|>|~~\*?|!~~\*?|~\*?|@>|<@|&&|\?) (?P<value>.+)", re.DOTALL)
NULL_TEST = re.compile(rf"{NAME} IS (?P<operator>NOT NULL|NULL|TRUE|FALSE|NOT TRUE|NOT FALSE)")
BOOLEAN = re.compile(rf"(?:NOT )?{NAME}")


class Comparison(NamedTuple):
    """One column against a value that does not depend on the row. `operator` as printed; `IS NULL`; `=` for a boolean."""

    column: str
    operator: str


def is_open(text: str) -> bool:
    """Whether a string or a quoted name does not end within `text`: the value goes on in the next line."""
    bare = re.sub(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""", "", text)
    return "'" in bare or '"' in bare


def unquote(name: str) -> str:
    """`"Mixed""Case"` to `Mixed"Case`; anything else as it is."""
    return name[1:-1].replace('""', '"') if len(name) > 1 and name[0] == name[-1] == '"' else name


def split_list(text: str) -> tuple[str, ...]:
    """The items of a printed list (`a, lower(b), 'x,y'::text`): split at commas outside strings, names and brackets."""
    return tuple(_split(text, ","))


def conjuncts(text: str) -> list[str]:
    """The conditions of `((a = 1) AND (b = 2))`, each without its outer parentheses; one item when nothing is ANDed."""
    text = strip_parentheses(text)
    return [strip_parentheses(part) for part in _split(text, "AND")] if text else []


def disjuncts(text: str) -> list[str]:
    """As `conjuncts`, for OR."""
    text = strip_parentheses(text)
    return [strip_parentheses(part) for part in _split(text, "OR")] if text else []


def _split(text: str, separator: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for token in TOKEN.finditer(text):
        mark = token[0]
        if token.lastgroup == "mark" and mark in "([{":
            depth += 1
        elif token.lastgroup == "mark" and mark in ")]}":
            depth -= 1
        elif mark == separator and not depth:
            parts.append(text[start : token.start()].strip())
            start = token.end()
    return [*parts, text[start:].strip()]


def strip_parentheses(text: str) -> str:
    """`((a = 1))` to `a = 1`; `(a) + (b)` stays."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    depth = 0
    for token in TOKEN.finditer(text):
        if token.lastgroup != "mark":
            continue
        depth += (token[0] in "(") - (token[0] in ")")
        if not depth:
            return token.end() == len(text)
    return False


def mask(text: str) -> str:
    """`text` with every literal replaced by `?`: literals are personal data."""
    return "".join("?" if token.lastgroup in ("string", "number") else token[0] for token in TOKEN.finditer(text))


def comparison(condition: str) -> Comparison | None:
    """What an ordinary index could serve: one bare column against a value. None for anything else.

    A cast that only relabels (`(name)::text = 'x'::text`, how varchar is printed) counts as the bare column.
    """
    text = strip_parentheses(condition)
    text = re.sub(r"^\(" + NAME + r"\)::(?:text|bpchar)(?= )", lambda match: match[0].split(")")[0][1:], text)
    if match := NULL_TEST.fullmatch(text):
        return Comparison(unquote(match["column"]), f"IS {match['operator']}")
    if match := BOOLEAN.fullmatch(text):
        return Comparison(unquote(match["column"]), "=")
    if (match := COMPARISON.fullmatch(text)) and not mentions_column(match["value"]):
        return Comparison(unquote(match["column"]), match["operator"])
    return None


def column_name(expression: str) -> str:
    """The bare column that `expression` (an output item, a sort key without its direction) is, or ``."""
    match = COLUMN.fullmatch(expression.strip())
    return unquote(match["column"]) if match else ""


def mentions_column(text: str) -> bool:
    """Whether a column is used in `text`: a name that is no literal, cast, function, keyword or subplan result."""
    text = re.sub(r"\((?:Init|Sub)Plan \d+\)\.col\d+|\((?:Init|Sub)Plan \d+\)", "?", text)
    text = CAST.sub("", mask(text))
    for token in TOKEN.finditer(text):
        called = text[token.end() : token.end() + 1] == "("
        if token.lastgroup == "quoted" and not called:
            return True
        if token.lastgroup == "word" and not called and token[0] not in ("true", "false") and not token[0].isupper():
            return True
    return False


def sort_key(item: str) -> tuple[str, str]:
    """`created_at DESC NULLS LAST` to (`created_at`, `DESC NULLS LAST`)."""
    match = re.fullmatch(
        r"(?P<key>.*?)(?P<order>(?: (?:ASC|DESC|USING \S+))?(?: NULLS (?:FIRST|LAST))?)", item, re.DOTALL
    )
    return (match["key"], match["order"].strip()) if match else (item, "")
