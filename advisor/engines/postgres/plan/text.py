"""EXPLAIN (FORMAT TEXT) to a raw document: the tree, from indentation.

A node's properties stand at one column, its children's arrows at that same column: the tree is a stack of columns. Lines
deeper than the properties belong to workers or grouping sets and are left out, as they are for JSON.
Source of the layout: `src/backend/commands/explain.c`, versions 13 to 18.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from advisor.engines.postgres.plan.expression import is_open, split_list
from advisor.engines.postgres.plan.frame import BARE_ROOT, Piece
from advisor.engines.postgres.plan.head import NUMBERS, read_node
from advisor.engines.postgres.plan.property import read_property, read_section
from advisor.errors import InputError

ARROW = re.compile(r"( *)->  (.*)", re.DOTALL)
LABEL = re.compile(r"(?:InitPlan|SubPlan|CTE) .+")
PROPERTY = re.compile(r"([A-Z][A-Za-z0-9/ _-]*?):(?: (.*))?", re.DOTALL)
FOOTER = re.compile(
    r"(?:Planning|JIT|Settings|Serialization|Query Identifier|Planning Time|Execution Time|Trigger|Total runtime)\b.*:",
    re.DOTALL,
)
TRIGGER = re.compile(
    r"Trigger (?P<name>.*?)(?:\s?for constraint (?P<constraint>.*?))?(?: on .*?)?: (?:time=(?P<time>[\d.]+) )?calls=(?P<calls>\d+)"
)
TWO_INPUTS = ("Hash Join", "Merge Join", "Nested Loop", "Recursive Union")
ONE_INPUT = (
    *(
        "Sort",
        "Incremental Sort",
        "Limit",
        "Aggregate",
        "Group",
        "WindowAgg",
        "Unique",
        "LockRows",
        "Gather",
        "Gather Merge",
    ),
    *("Materialize", "Memoize", "Hash", "Bitmap Heap Scan", "ProjectSet", "Subquery Scan"),
)
HINT = "Give the whole output of EXPLAIN with its indentation; a log line may have been cut by its collector."


@dataclass
class _Open:
    """A node that may still get properties and children: they stand at `column`."""

    raw: dict[str, Any]
    column: int
    line: int
    label: str = ""


@dataclass
class _Reader:
    first_line: int
    document: dict[str, Any] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    nodes: list[_Open] = field(default_factory=list)
    section: str = ""

    def fail(self, number: int, what: str) -> InputError:
        return InputError(f"the text plan is broken at line {self.first_line + number}: {what}", HINT)


def read_text_plan(piece: Piece) -> dict[str, Any]:
    """The raw document of one text plan. InputError names the line at which it is broken or cut."""
    lines = _join(piece.payload.split("\n"))
    reader = _Reader(first_line=piece.line)
    rest = _introduction(lines, reader)
    margin = len(rest[0][1]) - len(rest[0][1].lstrip())
    for number, line in rest:
        _read_line(reader, number, line[margin:] if not line[:margin].strip() else line)
    _check_complete(reader)
    return reader.document


def _join(lines: list[str]) -> list[tuple[int, str]]:
    """(number, line), with lines put together that a line break inside a literal had separated."""
    joined: list[tuple[int, str]] = []
    in_query = False
    for number, line in enumerate(lines):
        if joined and not in_query and PROPERTY.fullmatch(joined[-1][1].strip()) and is_open(joined[-1][1]):
            joined[-1] = (joined[-1][0], f"{joined[-1][1]}\n{line}")
        else:
            joined.append((number, line))
        in_query = line.lstrip().startswith(("Query Text:", "Query Parameters:")) or (in_query and "(cost=" not in line)
    return [(number, line.rstrip()) for number, line in joined if line.strip()]


def _introduction(lines: list[tuple[int, str]], reader: _Reader) -> list[tuple[int, str]]:
    """Take `Query Text:` and `Query Parameters:` off; returns the lines from the root node on."""
    query: list[str] = []
    for place, (number, line) in enumerate(lines):
        text = line.strip()
        if text.startswith("Query Text:"):
            query = [text.removeprefix("Query Text:").strip()]
        elif "(cost=" in line or "(actual " in line or (not query and BARE_ROOT.match(text)):
            reader.document["Query Text"] = "\n".join(query)
            return lines[place:]
        elif text.startswith("Query Parameters:"):
            reader.document["Query Parameters"] = text.removeprefix("Query Parameters:").strip()
        elif query:
            query.append(line)
        else:
            raise reader.fail(number, "a plan node is expected here")
    raise reader.fail(lines[-1][0] if lines else 0, "it ends before the first node")


def _read_line(reader: _Reader, number: int, line: str) -> None:
    text = line.lstrip()
    column = len(line) - len(text)
    if "Plan" not in reader.document:
        _add_node(reader, number, text, 2)
    elif column == 0:
        _read_footer(reader, number, text)
    elif reader.section:
        reader.document[reader.section] = {**reader.document[reader.section], **read_section(reader.section, text)}
    elif arrow := ARROW.fullmatch(line):
        while reader.stack and reader.stack[-1].column > column:
            reader.stack.pop()
        if not reader.stack or reader.stack[-1].column != column:
            raise reader.fail(number, "this node is indented under no other node")
        _add_node(reader, number, arrow[2], column + 6)
    elif LABEL.fullmatch(text):
        _read_label(reader, number, text, column)
    elif column == reader.stack[-1].column and (found := PROPERTY.fullmatch(text)):
        read_property(reader.stack[-1].raw, found[1], found[2] or "")
    elif column < reader.stack[-1].column:
        raise reader.fail(number, "this line is indented like no node above it")


def _read_label(reader: _Reader, number: int, text: str, column: int) -> None:
    """`SubPlan 1` at the column of its parent's properties; the node below it is two columns deeper."""
    while reader.stack and (reader.stack[-1].column > column or reader.stack[-1].label):
        reader.stack.pop()
    if not reader.stack or reader.stack[-1].column != column:
        raise reader.fail(number, f"{text.split(' ')[0]} is indented under no node")
    reader.stack.append(_Open(reader.stack[-1].raw, column + 2, number, label=text))


def _add_node(reader: _Reader, number: int, text: str, column: int) -> None:
    raw = read_node(text)
    if raw is None:
        known = BARE_ROOT.match(text) or NUMBERS.search(text)
        raise reader.fail(number, "this node is cut" if known or "(" in text else "a plan node is expected here")
    if reader.stack:
        above = reader.stack[-1]
        raw |= {"Parent Relationship": _relationship(above)}
        if above.label:
            raw["Subplan Name"] = above.label
        above.raw.setdefault("Plans", []).append(raw)
    else:
        reader.document["Plan"] = raw
    reader.stack.append(_Open(raw, column, number))
    reader.nodes.append(reader.stack[-1])


def _relationship(above: _Open) -> str:
    """What JSON calls the child's relation to its parent; text does not print it, but the order of children tells."""
    if above.label:
        return "SubPlan" if above.label.startswith("SubPlan") else "InitPlan"
    kind = above.raw["Node Type"]
    if kind in ("Append", "Merge Append", "BitmapAnd", "BitmapOr"):
        return "Member"
    if kind == "Subquery Scan":
        return "Subquery"
    return "Inner" if _inputs(above.raw) else "Outer"


def _inputs(raw: dict[str, Any]) -> int:
    return sum(child["Parent Relationship"] not in ("InitPlan", "SubPlan") for child in raw.get("Plans", ()))


def _read_footer(reader: _Reader, number: int, text: str) -> None:
    """What stands under the tree: times, triggers, settings, and sections with lines of their own."""
    if not FOOTER.match(text):
        raise reader.fail(number, "this is neither part of the plan nor a line that follows one")
    reader.section = ""
    name, _, value = text.partition(":")
    value = value.strip()
    if trigger := TRIGGER.fullmatch(text):
        reader.document.setdefault("Triggers", []).append(
            {
                "Trigger Name": trigger["name"],
                "Constraint Name": trigger["constraint"] or "",
                "Time": float(trigger["time"] or 0),
                "Calls": int(trigger["calls"]),
            }
        )
    elif name == "Settings":
        pairs = (item.partition(" = ") for item in split_list(value))
        reader.document[name] = {key: quoted[1:-1].replace("''", "'") for key, _, quoted in pairs}
    elif name in ("Planning", "JIT", "Serialization"):
        reader.section = name
        reader.document[name] = read_section(name, value) if value else {}
    elif name in ("Planning Time", "Execution Time"):
        reader.document[name] = _milliseconds(reader, number, value)
    elif name == "Query Identifier":
        reader.document[name] = int(value) if re.fullmatch(r"-?\d+", value) else value


def _milliseconds(reader: _Reader, number: int, value: str) -> float:
    match = re.fullmatch(r"([\d.]+) ms", value)
    if not match:
        raise reader.fail(number, "a time in milliseconds is expected")
    return float(match[1])


def _check_complete(reader: _Reader) -> None:
    """A plan cut between two lines still parses; a join with one input gives it away."""
    for node in reader.nodes:
        kind, inputs = node.raw["Node Type"], _inputs(node.raw)
        expected = 2 if kind in TWO_INPUTS else 1 if kind in ONE_INPUT else 0
        if inputs < expected:
            raise reader.fail(node.line, f"{kind} has {inputs} of {expected} inputs: the plan is cut")
