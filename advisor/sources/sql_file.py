"""Plain `.sql` files of statements, written by hand or collected: each statement is one execution, or `-- weight: N` of them.

`-- name: what it is for` before a statement becomes the tag `name`.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from advisor.model.event import Event
from advisor.sources.base import Format, Stream, Tally

if TYPE_CHECKING:
    from advisor.engines.postgres.ddl.tokens import Piece, Span

OPENING = re.compile(
    rb"\s*(?:(?:--[^\n]*|/\*.*?\*/|\\[a-z][^\n]*)\s*)*\(*\s*"
    rb"(?:select|with|insert|update|delete|merge|values|table|begin|start|set|copy|create|alter|drop|analyze|vacuum|explain|do|call)\b",
    re.IGNORECASE | re.DOTALL,
)
WEIGHT = re.compile(r"--\s*weight\s*:\s*(\S*)", re.IGNORECASE)
NAME = re.compile(r"--\s*name\s*:\s*(\S.*?)\s*$", re.IGNORECASE)
COPY_IN = re.compile(r"copy\b.*\bfrom\s+(?:stdin|pstdin)\b", re.IGNORECASE | re.DOTALL)


def recognises(head: bytes) -> bool:
    """The first thing that is no comment and no psql command is a word that begins a statement."""
    return bool(OPENING.match(head.removeprefix(b"\xef\xbb\xbf")))


def read(stream: Stream, tally: Tally) -> Iterator[Event]:
    """One event a statement, in file order. psql commands, COPY data and what does not end are counted and left out."""
    # The tokenizer takes as long to load as 10 MB of log to read, and no other format needs it.
    from advisor.engines.postgres.ddl.tokens import Positions, split

    text = stream.text()
    found, comments = split(text)
    positions = Positions(text)
    place = 0
    before: list[str] = []
    for piece in found:
        while place < len(comments) and comments[place].start < piece.start:
            before.append(text[slice(*comments[place])])
            place += 1
        line = positions.at(piece.start)[0]
        if reason := _left_out(piece, text):
            tally.skip(reason, line, unreadable=piece.kind == "unterminated")
        else:
            weight, name = _directives(before, tally, line)
            yield Event(
                text=text[piece.start : piece.end],
                calls=weight,
                tags={"name": name} if name else {},
                source=tally.name,
                line=line,
            )
        before = []
        place = _behind(comments, place, piece)


def _left_out(piece: "Piece", text: str) -> str:
    if piece.kind == "meta":
        return "psql command"
    if piece.kind == "unterminated":
        return f"the quote or comment {piece.terminator} that begins here does not end"
    return "COPY data" if COPY_IN.match(text, piece.start, piece.end) else ""


def _behind(comments: "list[Span]", place: int, piece: "Piece") -> int:
    """Comments inside a statement say nothing about the next one."""
    while place < len(comments) and comments[place].start < piece.end:
        place += 1
    return place


def _directives(comments: list[str], tally: Tally, line: int) -> tuple[int, str]:
    """(weight, name) of the comments before a statement; a weight that is no whole number of at least 1 is counted as 1."""
    weight, name = 1, ""
    for comment in comments:
        if match := WEIGHT.match(comment):
            number = match[1].replace("_", "").replace(",", "")
            if number.isdecimal() and int(number):
                weight = int(number)
            else:
                tally.skip("weight is no whole number; counted once", line)
        elif match := NAME.match(comment):
            name = match[1]
    return weight, name


FORMAT = Format(name="SQL statements", recognises=recognises, read=read)
