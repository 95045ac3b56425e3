"""One statement of a log as a syntax tree. Parses, never rewrites; the statement text itself goes to the server untouched.

The tree is sqlglot's, of its PostgreSQL dialect. Reasons for failure never quote the statement: it may hold personal data.
"""

import logging
import re
from functools import lru_cache
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from advisor.model.workload import VARYING, Shape

LONGEST_STATEMENT = 60_000
"""Characters. Longer ones are bulk inserts or id lists, whose normalised text says the same in less."""

CACHED_TREES = 2048

# sqlglot says on its own logger that it does not know a statement; `Parsed.reason` says it for us.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_QUOTED_OR_NUMBERED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$\d+")
_QUOTED_OR_MARK = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\?")
_COLLAPSED_LIST = re.compile(r"\(\s*(?:\?\s*,\s*)?\.\.\.\s*\)")


class Parsed(NamedTuple):
    """A tree, or the reason why there is none."""

    tree: exp.Expr | None
    reason: str = ""
    constants: bool = False
    """Literals in the tree are constants of the statement, not values somebody's driver wrote into its text."""


def parse_shape(shape: Shape) -> Parsed:
    """The tree of the shape's sample, else of its normalised text.

    When are literals constants? A driver that binds values leaves `$n` in the text, so what is still a literal beside a
    `$n` was written by the programmer; in the normalised text and in pg_stat_statements every value is a placeholder
    already. A sample without any `$n` may be a text into which a driver pasted the values: its literals prove nothing; nor do
    literals that differ between the executions of the shape.
    """
    sample = shape.sample.text if shape.sample else ""
    if sample and len(sample) <= LONGEST_STATEMENT:
        parsed = parse(sample)
        if parsed.tree is not None:
            return parsed._replace(constants=binds(sample) and shape.constants != VARYING)
    # `?::bigint[]` is no SQL, `$1::bigint[]` is; where `?` is the jsonb operator the text parses only as it stands.
    parsed = parse(_QUOTED_OR_MARK.sub(lambda match: "$1" if match[0] == "?" else match[0], shape.text))
    return (parsed if parsed.tree is not None else parse(shape.text))._replace(constants=True)


def binds(text: str) -> bool:
    """Does the statement carry `$n` placeholders outside quotes?"""
    return any(match[0].startswith("$") for match in _QUOTED_OR_NUMBERED.finditer(text))


@lru_cache(CACHED_TREES)
def parse(text: str) -> Parsed:
    """Parse one statement. The tree is shared between callers: copy before changing it."""
    try:
        # Without the blank, sqlglot takes `$1,$` for the start of a dollar-quoted string.
        spaced = _QUOTED_OR_NUMBERED.sub(lambda match: match[0] + (" " if match[0][0] == "$" else ""), text)
        trees = sqlglot.parse(_COLLAPSED_LIST.sub("(?)", spaced), dialect="postgres")
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        place = f" at line {first.get('line')}, column {first.get('col')}" if first else ""
        return Parsed(None, f"the statement does not parse{place}")
    except SqlglotError:
        return Parsed(None, "the statement does not parse: a quote or comment is not closed")
    except RecursionError:
        return Parsed(None, "the statement is nested too deeply to be analysed")
    statements = [tree for tree in trees if tree is not None]
    if len(statements) != 1:
        return Parsed(None, "more than one statement" if statements else "empty statement")
    tree = statements[0]
    if not isinstance(tree, exp.Query | exp.DML | exp.Merge) or isinstance(tree, exp.Command | exp.Copy):
        return Parsed(None, "not a statement that reads tables")
    return Parsed(tree)


@lru_cache(CACHED_TREES)
def parse_view(definition: str) -> exp.Expr | None:
    """The query behind a CREATE VIEW statement, None when it cannot be read."""
    try:
        tree = sqlglot.parse_one(definition, dialect="postgres")
    except (SqlglotError, RecursionError):
        return None
    query = tree.args.get("expression") if isinstance(tree, exp.Create) else None
    return query if isinstance(query, exp.Query) else None


def sql_of(tree: exp.Expr) -> str:
    """The tree as PostgreSQL writes it: function names in lower case."""
    return str(tree.sql(dialect="postgres", normalize_functions="lower"))


def fold(identifier: exp.Expr | None) -> str:
    """The name an identifier means: as written when quoted, in lower case otherwise; `` for none."""
    if not isinstance(identifier, exp.Identifier):
        return ""
    return str(identifier.this) if identifier.args.get("quoted") else str(identifier.this).lower()


def is_value(node: exp.Expr) -> bool:
    """A bind parameter in any notation."""
    return isinstance(node, exp.Placeholder | exp.Parameter)
