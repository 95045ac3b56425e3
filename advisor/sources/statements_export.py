"""Tables that a person exported from a view: CSV (any delimiter), JSON (an array or one object a line), psql's aligned output."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from advisor.sources.base import Tally

csv.field_size_limit(64 * 1024 * 1024)
DELIMITERS = (",", ";", "\t", "|")
RULE = re.compile(r"^[|+ ]*-+(?:\+-+)+[+|]?\s*$")


def has_columns(head: str, all_of: Set[str], one_of: Set[str]) -> bool:
    """Whether the beginning of a file is such a table with all columns of `all_of` and at least one of `one_of`."""
    start = head.lstrip()
    if start[:1] in ("[", "{"):
        names = set(re.findall(r'"(\w+)"\s*:', start[:20_000]))
    else:
        names = set(_header(start.split("\n", 1)[0])[1])
    return all_of <= names and bool(one_of & names)


def read_rows(text: str, tally: Tally) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """(line or number of the record, column -> value), column names in lower case. What cannot be read is counted."""
    start = text.lstrip("\r\n")  # the blanks that centre psql's first column name belong to it
    if start.lstrip()[:1] in ("[", "{"):
        yield from _json_rows(start, tally)
    elif len(lines := start.split("\n", 2)) > 1 and RULE.match(lines[1]):
        yield from _aligned_rows(start)
    else:
        yield from _csv_rows(start, tally)


def _header(line: str) -> tuple[str, list[str]]:
    """(delimiter, column names) of a header line; no names when it is no CSV."""
    delimiter = max(DELIMITERS, key=line.count)
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return delimiter, []
    return delimiter, [cell.strip().strip('"').lower() for cell in cells]


def _csv_rows(text: str, tally: Tally) -> Iterator[tuple[int, Mapping[str, Any]]]:
    delimiter, names = _header(text.split("\n", 1)[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    next(reader)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            tally.skip("broken CSV record", line)
            continue
        if len(cells) == len(names):
            yield line, dict(zip(names, cells, strict=True))
        elif any(cells) and not re.fullmatch(r"\(\d+ \S+\)", cells[0]):
            tally.skip("record with another number of columns than the header", line)


def _json_rows(text: str, tally: Tally) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """An array is read object by object, so that one cut at its end still gives the others."""
    decoder, position, number = json.JSONDecoder(), 0, 0
    while (position := _next_object(text, position)) >= 0:
        number += 1
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            tally.skip("broken JSON record; what follows it is not read", number)
            return
        yield number, {str(name).lower(): item for name, item in value.items()}


def _next_object(text: str, position: int) -> int:
    match = re.compile(r"[\s,\[\]]*").match(text, position)
    end = match.end() if match else position
    return end if text[end : end + 1] == "{" else -1


def _aligned_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """psql's own table: columns by the position of `+` in the rule, a trailing `+` in a cell for a line break in the value."""
    lines = text.split("\n")
    edges = [match.start() for match in re.finditer(r"\+", lines[1].strip("+"))]
    spans = list(zip([0, *(edge + 1 for edge in edges)], [*edges, None], strict=True))
    names = [lines[0][start:stop].strip().lower() for start, stop in spans]
    cells: list[str] = []
    for number, line in enumerate(lines[2:], 3):
        if not line.strip() or re.fullmatch(r"\(\d+ \S+\)", line.strip()):
            break
        parts = [line[start:stop].strip() for start, stop in spans]
        more = any(part.endswith("+") for part in parts)
        parts = [part.removesuffix("+").rstrip() if more else part for part in parts]
        cells = [f"{a}\n{b}" if b else a for a, b in zip(cells, parts, strict=True)] if cells else parts
        if not more:
            yield number, dict(zip(names, cells, strict=True))
            cells = []
