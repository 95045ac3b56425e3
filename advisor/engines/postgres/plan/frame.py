"""Where the plans are in a text: psql's frames, statements before them, and several plans one after the other.

Owns what stands around a plan. Knows of the plan itself only how its first line looks.
"""

import csv
import io
import re
from itertools import pairwise

import msgspec

from advisor.errors import InputError

ROOT = re.compile(r"(?P<head>[A-Z][^\n]*?)  ?\((?:cost=[\d.]+\.\.|actual (?:time|rows)=|never executed)")
"""First line of a text plan that has costs or was executed."""

BARE_ROOT = re.compile(
    r"(?:Parallel |Async |Partial |Finalize )*(?:Seq Scan|Sample Scan|Index (?:Only )?Scan|Bitmap Heap Scan|Tid (?:Range )?Scan"
    r"|Subquery Scan|(?:Table )?Function Scan|Values Scan|CTE Scan|Foreign \w+|Custom Scan|WorkTable Scan"
    r"|Named Tuplestore Scan|Nested Loop|(?:Hash|Merge) (?:\w+ ){0,2}Join|Sort|Incremental Sort|Limit|Aggregate"
    r"|(?:Group|Hash|Mixed)Aggregate|Group|WindowAgg|Unique|(?:Hash)?SetOp|LockRows|Gather(?: Merge)?|Materialize|Memoize"
    r"|(?:Merge )?Append|Recursive Union|Result|ProjectSet|Insert|Update|Delete|Merge)(?: .*)?$"
)
"""First line of a text plan made with COSTS OFF."""

HEADER = re.compile(r"^[|\s\"]*QUERY PLAN[|\s\"]*$")
RULE = re.compile(r"^[|+\s]*-{3,}[-+|\s]*$")
ROW_COUNT = re.compile(r"^\s*\(\d+ \S+\)\s*$")
PROMPT = re.compile(r"^\S*[=\-('\"*!^][#>] ?", re.MULTILINE)
EXPLAIN = re.compile(r"^\s*EXPLAIN\s+(?:\([^)]*\)\s*|(?:ANALYZE|ANALYSE|VERBOSE)\s+)*(?=\S)", re.IGNORECASE)
LOG_HEAD = re.compile(r"^.*?\bduration: [\d.]+ ms  plan:\s*$")


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One plan as written: `line` is where `payload` starts in the input (from 1), `statement` what it is a plan of."""

    payload: str
    line: int = 1
    statement: str = ""


def looks_like_plan(text: str) -> bool:
    """Whether the beginning of a file is EXPLAIN output (JSON, text, or either in psql's frame)."""
    if re.match(r'\s*[\[{]\s*(?:\{\s*)?"(?:Plan|Query Text|Query Identifier|Query Parameters)"\s*:', text):
        return True
    lines = text.splitlines()
    return any(HEADER.match(line) or (ROOT.match(line.lstrip(' "')) and "->" not in line) for line in lines)


def pieces(text: str) -> list[Piece]:
    """Split `text` into plans. InputError for EXPLAIN's XML and YAML formats, which are not read."""
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n")
    start = text.lstrip()
    if start.startswith(("<explain", "- Plan:", "- Query Text:")):
        raise InputError("EXPLAIN output in XML or YAML is not read", "Run EXPLAIN with FORMAT JSON or FORMAT TEXT.")
    lines = text.split("\n")
    if any(HEADER.match(line) for line in lines):
        return _framed(lines)
    if start[:1] in ("[", "{"):
        return [Piece(payload=text.rstrip())]
    return _bare(lines)


def _framed(lines: list[str]) -> list[Piece]:
    """Plans below `QUERY PLAN` headers, each with the text since the plan before as its statement."""
    found: list[Piece] = []
    before: list[str] = []
    number = 0
    while number < len(lines):
        if not HEADER.match(lines[number]):
            before.append(lines[number])
            number += 1
            continue
        first = number + 1
        width = 0
        if first < len(lines) and RULE.match(lines[first]):
            width = len(lines[first].rstrip())
            first += 1
        number = first
        while number < len(lines) and not _frame_ends(lines, number, width):
            number += 1
        payload = _rows(lines[first:number], width)
        if payload.strip():
            found.append(Piece(payload=payload, line=first + 1, statement=_statement(before)))
        before = []
        while number < len(lines) and (ROW_COUNT.match(lines[number]) or RULE.match(lines[number])):
            number += 1
    return found


def _frame_ends(lines: list[str], number: int, width: int) -> bool:
    line = lines[number]
    if HEADER.match(line) or ROW_COUNT.match(line):
        return True
    return bool(width) and (not line.strip() or bool(RULE.match(line)))


def _rows(lines: list[str], width: int) -> str:
    """The cells of a one-column result: aligned (with its `+` for a line break in a cell), unaligned or CSV."""
    if not width:
        if lines and lines[0].startswith('"'):
            return "\n".join(row[0] for row in csv.reader(io.StringIO("\n".join(lines))) if row)
        return "\n".join(lines)
    cells = []
    is_json = next((line.lstrip(" |") for line in lines if line.strip()), "")[:1] in ("[", "{")
    for line in lines:
        cell = line.rstrip()
        if cell.startswith("|"):
            cell = cell.removeprefix("|").removesuffix("|").rstrip()
        if cell.endswith("+") and (is_json or len(cell) == width):
            cell = cell[:-1].rstrip()
        cells.append(cell.removeprefix(" "))
    return "\n".join(cells)


def _statement(lines: list[str]) -> str:
    """The statement that was explained, when the text before a frame holds one: the last EXPLAIN, without that word."""
    text = PROMPT.sub("", "\n".join(lines))
    starts = [match.start() for match in re.finditer(r"^\s*EXPLAIN\b", text, re.IGNORECASE | re.MULTILINE)]
    if not starts:
        return ""
    return EXPLAIN.sub("", text[starts[-1] :]).strip().rstrip(";").strip()


def _bare(lines: list[str]) -> list[Piece]:
    """Plans without a frame: each starts at a root line, or at the `Query Text:` or log line that introduces it."""
    if all(line.startswith('"') and line.rstrip().endswith('"') for line in lines if line.strip()):
        lines = [line.strip()[1:-1].replace('""', '"') if line.strip() else "" for line in lines]  # as pgAdmin copies
    starts = _starts(lines)
    found: list[Piece] = []
    for start, stop in pairwise([*starts, len(lines)]):
        body = lines[start:stop]
        if LOG_HEAD.match(body[0]):
            start, body = start + 1, body[1:]
        payload = "\n".join(line.removeprefix("\t") for line in body).rstrip()
        before = lines[found[-1].line + found[-1].payload.count("\n") : start] if found else lines[:start]
        found.append(Piece(payload=payload, line=start + 1, statement=_statement(before)))
    return found


def _starts(lines: list[str]) -> list[int]:
    starts: list[int] = []
    introduced = False
    for number, line in enumerate(lines):
        if line.lstrip().startswith("Query Text:") or LOG_HEAD.match(line):
            if not introduced:
                starts.append(number)
            introduced = True
        elif _is_root(line):
            if not introduced:
                starts.append(number)
            introduced = False
    return starts or [number for number, line in enumerate(lines) if BARE_ROOT.match(line.strip())][:1]


def _is_root(line: str) -> bool:
    """A node line that is nobody's child: at most psql's one blank (or the log's tab) before it and no arrow."""
    return bool(ROOT.match(line.removeprefix("\t").removeprefix(" ")))
