"""log_line_prefix as a pattern: what the user gave or what `inference` found, compiled for the hot loop."""

import re
from typing import NamedTuple

from advisor.sources.postgres_log.times import TIMESTAMP
from advisor.sources.postgres_log.words import KIND_OF, SEVERITY

TEXT = b""
"""Escapes that can hold any text: how far they reach depends on what follows."""

ESCAPES = {
    **dict.fromkeys("audrhLbi", TEXT),
    **dict.fromkeys("pxl", rb"\d+"),
    **dict.fromkeys("tms", TIMESTAMP),
    "n": rb"\d{9,11}\.\d{3}",
    "c": rb"[0-9a-f]+\.[0-9a-f]+",
    "v": rb"(?:\d+/\d+)?",
    "P": rb"\d*",
    "Q": rb"-?\d*",
    "e": rb"[0-9A-Z]{5}",
}

LAZY = b".{0,255}?"
"""Bounded, so that a hostile line costs no more than a long one."""
STAMPS = frozenset("mtn")
CHANGING = frozenset("mtnlvxQieP")
"""What differs from entry to entry of one session."""

_ESCAPE = re.compile(r"%(-?\d+)?(.)", re.DOTALL)


class Piece(NamedTuple):
    """A part of a prefix: an escape letter or literal text."""

    escape: str
    literal: str = ""
    padded: bool = False


class CompiledPrefix(NamedTuple):
    """A pattern whose groups are the fields that matter."""

    text: str
    """As log_line_prefix writes it."""
    pattern: re.Pattern[bytes]
    """Matches prefix and severity; the message begins where it ends."""
    lenient: re.Pattern[bytes]
    """The same for values that contain the character which ends their field."""
    groups: tuple[int, int, int, int, int, int]
    """Group numbers of time, session, user, database, application, transaction; an empty group stands for what is missing."""
    severity: int
    steady: bool = False
    """Begins with the time, and what follows is the same for all entries of a session."""


def parse_prefix(prefix: str) -> list[Piece]:
    """Split a log_line_prefix into escapes and literals. Unknown escapes print nothing, as on the server."""
    pieces: list[Piece] = []
    place = 0
    for match in _ESCAPE.finditer(prefix):
        if match.start() > place:
            pieces.append(Piece("", prefix[place : match.start()]))
        place = match.end()
        letter = match[2]
        if letter == "%":
            pieces.append(Piece("", "%"))
        elif letter == "q" or letter in ESCAPES:
            pieces.append(Piece(letter, padded=match[1] is not None))
    if place < len(prefix):
        pieces.append(Piece("", prefix[place:]))
    return pieces


def compile_prefix(prefix: str, *, inferred: bool = False) -> CompiledPrefix:
    """Compile a log_line_prefix. An inferred one takes any number of spaces where it has one: values may be padded."""
    pieces = parse_prefix(prefix)
    strict, names = _pattern(pieces, lenient=False, inferred=inferred)
    lenient, _ = _pattern(pieces, lenient=True, inferred=inferred)
    pattern = re.compile(strict)
    empty = pattern.groups
    number = {name: place for place, name in enumerate(names, 1)}
    session = number.get("c", number.get("p", empty))
    time = next((number[letter] for letter in "mnt" if letter in number), empty)
    user, database, application, transaction = (number.get(letter, empty) for letter in "udav")
    groups = (time, session, user, database, application, transaction)
    steady = bool(pieces) and pieces[0].escape in STAMPS and not any(piece.escape in CHANGING for piece in pieces[1:])
    return CompiledPrefix(prefix, pattern, re.compile(lenient), groups, len(names) + 1, steady)


def _pattern(pieces: list[Piece], *, lenient: bool, inferred: bool) -> tuple[bytes, list[str]]:
    """The regular expression and, in order of its groups, the escape of each."""
    out: list[bytes] = []
    names: list[str] = []
    optional = 0
    for place, piece in enumerate(pieces):
        if piece.escape == "q":
            out.append(b"(?:")
            optional += 1
            continue
        if not piece.escape:
            out.append(_literal(piece.literal, flexible=inferred))
            continue
        body = ESCAPES[piece.escape]
        if body == TEXT:
            body = LAZY if lenient else _reaching_to(pieces[place + 1 :])
        if piece.escape in "cpudavmnt" and piece.escape not in names:
            names.append(piece.escape)
            body = b"(" + body + b")"
        out.append(b" *" + body + b" *" if piece.padded or (inferred and piece.escape in "pl") else body)
    # Background processes print nothing from %q on.
    return b"".join(out) + b")?" * optional + rb"\s*" * bool(inferred and not pieces) + SEVERITY + b"()", names


def _literal(text: str, *, flexible: bool) -> bytes:
    escaped = re.escape(text.encode("utf-8", "surrogateescape"))
    return re.sub(rb"(?:\\ )+", b" +", escaped) if flexible else escaped


def _reaching_to(following: list[Piece]) -> bytes:
    """A text field ends at the first character of the literal behind it, unless that is a space or a letter."""
    following = [piece for piece in following if piece.escape != "q"]
    if not following or following[0].escape:
        return LAZY
    end = following[0].literal[0]
    if end.isalnum() or end.isspace() or not end.isascii():
        return LAZY
    return b"[^" + re.escape(end.encode()) + b"\\0]*"


MAX_PREFIX = 600
"""Longer prefixes do not occur: identifiers have at most 63 bytes."""

ANCHOR_REACH = MAX_PREFIX + 64
"""How far into an entry its severity is looked for."""

_LENGTHS = sorted({len(word) for word in KIND_OF}, reverse=True)
_SQLSTATE = re.compile(rb"[0-9A-Z]{5}: ")


class Anchor(NamedTuple):
    """Where an entry's severity stands: that much can be known without its prefix."""

    prefix_end: int
    kind: str
    message: int


def find_anchor(entry: bytes) -> Anchor | None:
    """The first severity in `entry`. None when it is no log entry."""
    place = entry.find(b":  ", 0, ANCHOR_REACH)
    while place > 0:
        # Before the colon, French puts a space (or one that does not break).
        end = (
            place - 1
            if entry[place - 1 : place] == b" "
            else place - 2
            if entry[place - 2 : place] == b"\xc2\xa0"
            else place
        )
        for length in _LENGTHS:
            kind = KIND_OF.get(entry[max(0, end - length) : end]) if length <= end else None
            if kind:
                state = _SQLSTATE.match(entry, place + 3)
                return Anchor(end - length, kind, state.end() if state else place + 3)
        place = entry.find(b":  ", place + 1, ANCHOR_REACH)
    return None


def is_entry(line: bytes) -> bool:
    """Whether a line begins an entry, as far as that can be told without knowing the prefix."""
    if line[:1] in (b"\t", b" ", b""):
        return False
    anchor = find_anchor(line)
    return anchor is not None and anchor.prefix_end <= MAX_PREFIX and b"\0" not in line[: anchor.prefix_end]


_ANYTHING = re.compile(rb"(?:.{0,600}?(" + TIMESTAMP + rb"))?.{0,600}?" + SEVERITY + b"()")
FALLBACK = CompiledPrefix("(not understood)", _ANYTHING, _ANYTHING, (1, 3, 3, 3, 3, 3), 2)
"""When no prefix can be read off the lines: times at least."""
