"""Index expressions and predicates as trees: when two texts mean the same, and what a predicate says about a column.

The server prints predicates with casts and parentheses of its own (`((s)::text = 'open'::text)`), so texts are compared through
`comparable`. What does not parse is compared as text, which can only miss an equality, never invent one.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from advisor.model.index import IndexKey

LONGEST_EXPRESSION = 10_000
"""Characters. Nobody writes a longer one by hand; a hostile one must not cost minutes."""

_RANGES = (exp.GT, exp.GTE, exp.LT, exp.LTE)
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+(\.\d+)?")
_TEXT_TYPES = frozenset({exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR})


class Condition(NamedTuple):
    """One top-level AND term about one column: `operator` is `=`, `range`, `null`, `not null`, `bool` or `other`."""

    column: str
    operator: str
    value: str
    """`integer`, `text`, `boolean`, `null` or `` when it is no literal."""


@lru_cache(4096)
def parse_expression(text: str) -> exp.Expr | None:
    """The tree of an expression, or None. Shared between callers: copy before changing it."""
    if len(text) > LONGEST_EXPRESSION:
        return None
    try:
        return sqlglot.parse_one(text, dialect="postgres")
    except (SqlglotError, RecursionError):
        return None


@lru_cache(4096)
def comparable(text: str) -> str:
    """A text that is equal for expressions that mean the same: no redundant casts and parentheses, names folded."""
    tree = parse_expression(text)
    if tree is None:
        return _SPACE.sub(" ", text).strip().lower()
    try:
        terms = sorted(term.sql(dialect="postgres") for term in _terms(_simplified(tree.copy())))
    except RecursionError:
        return _SPACE.sub(" ", text).strip().lower()
    return " AND ".join(terms)


def comparable_key(key: IndexKey) -> str:
    """What one key sorts by, direction left out: quoted column or expression, collation, operator class."""
    subject = f'"{key.column}"' if key.column else comparable(key.expression)
    return f"{subject} {key.collation} {key.opclass}".rstrip()


def columns(text: str) -> frozenset[str]:
    """Every column that an expression reads; empty when it does not parse."""
    tree = parse_expression(text) if text else None
    return frozenset(column_name(column) for column in tree.find_all(exp.Column)) if tree else frozenset()


def conditions(predicate: str) -> list[Condition]:
    """What each AND term of a predicate says about a single column."""
    tree = parse_expression(predicate) if predicate else None
    return [found for term in _terms(tree) if (found := _condition(term))] if tree else []


def pinned_columns(predicate: str) -> frozenset[str]:
    """Columns that have one value in every row the predicate lets through."""
    return frozenset(c.column for c in conditions(predicate) if c.operator in ("=", "null", "bool"))


def ranged_columns(predicate: str) -> frozenset[str]:
    """Columns that the predicate bounds by <, <=, >, >= or BETWEEN."""
    return frozenset(c.column for c in conditions(predicate) if c.operator == "range")


def column_name(column: exp.Column) -> str:
    """The name as the server looks it up."""
    identifier = column.this
    if isinstance(identifier, exp.Identifier) and not identifier.args.get("quoted"):
        return identifier.name.lower()
    return column.name


def _terms(tree: exp.Expr) -> Iterator[exp.Expr]:
    stack = [tree]
    while stack:
        node = stack.pop()
        while isinstance(node, exp.Paren):
            node = node.this
        if isinstance(node, exp.And):
            stack += [node.expression, node.this]
        else:
            yield node


def _condition(term: exp.Expr) -> Condition | None:
    negated = isinstance(term, exp.Not)
    if negated:
        term = _bare(term.this)
    if isinstance(term, exp.Column):
        return Condition(column_name(term), "bool", "boolean")
    subject = _bare(term.this) if isinstance(term, exp.Is | exp.Between) else None
    if isinstance(term, exp.Is) and isinstance(subject, exp.Column):
        kind = _literal(term.expression)
        negated = negated or bool(term.args.get("negate"))
        plain = {"null": "not null" if negated else "null", "boolean": "other" if negated else "bool"}
        return Condition(column_name(subject), plain.get(kind, "other"), kind)
    if isinstance(term, exp.Between) and isinstance(subject, exp.Column):
        return Condition(column_name(subject), "other" if negated else "range", _literal(term.args["low"]))
    if isinstance(term, exp.Binary):
        return _comparison(term, negated)
    return None


def _comparison(term: exp.Binary, negated: bool) -> Condition | None:
    left, right = _bare(term.this), _bare(term.expression)
    if not isinstance(left, exp.Column):
        left, right = right, left
    if not isinstance(left, exp.Column) or right.find(exp.Column):
        return None
    kind = _literal(right)
    if negated:
        operator = "other"
    elif isinstance(term, exp.EQ) and kind:
        operator = "="
    else:
        operator = "range" if isinstance(term, _RANGES) else "other"
    return Condition(column_name(left), operator, kind)


def _bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def _literal(node: exp.Expr) -> str:
    node = _bare(node)
    if isinstance(node, exp.Neg):
        node = _bare(node.this)
    if isinstance(node, exp.Literal):
        return "text" if node.is_string else "integer" if node.name.isdigit() else "number"
    if isinstance(node, exp.Boolean):
        return "boolean"
    return "null" if isinstance(node, exp.Null) else ""


def _simplified(tree: exp.Expr) -> exp.Expr:
    """`tree` rewritten from the leaves up, so that a node sees its children in their final form."""
    root = exp.Paren(this=tree)
    for node in reversed(list(root.bfs())):
        if node is not root and (replacement := _simpler(node)) is not node:
            node.replace(replacement)
    # The library prints the tree without the parentheses that its own structure needs.
    for node in reversed(list(root.bfs())):
        if isinstance(node, exp.Binary | exp.Not) and isinstance(node.parent, exp.Expr) and node.parent is not root:
            node.replace(exp.Paren(this=node.copy()))
    simplified: exp.Expr = root.this
    return simplified


def _simpler(node: exp.Expr) -> exp.Expr:
    inner: exp.Expr = node.this if isinstance(node, exp.Paren | exp.Cast) else node
    if isinstance(node, exp.Paren):
        return inner
    if isinstance(node, exp.Cast) and (_is_text(node) or isinstance(inner, exp.Literal | exp.Neg | exp.Array)):
        quoted_number = not _is_text(node) and isinstance(inner, exp.Literal) and _NUMBER.fullmatch(inner.name)
        return exp.Literal.number(inner.name) if quoted_number else inner
    if isinstance(node, exp.Identifier):
        return exp.Identifier(this=node.name if node.args.get("quoted") else node.name.lower(), quoted=True)
    if isinstance(node, exp.Column) and node.args.get("table"):
        return exp.Column(this=node.this)
    if isinstance(node, exp.Between) and not node.args.get("symmetric"):
        low = exp.GTE(this=node.this.copy(), expression=node.args["low"])
        return exp.And(this=low, expression=exp.LTE(this=node.this, expression=node.args["high"]))
    if isinstance(node, exp.In) and node.expressions:
        return exp.EQ(this=node.this, expression=exp.Any(this=exp.Array(expressions=node.expressions)))
    if isinstance(node, exp.DateTrunc | exp.TimestampTrunc) and node.args.get("unit"):
        node.set("unit", exp.Literal.string(node.args["unit"].name.lower()))
    return node


def _is_text(node: exp.Cast) -> bool:
    return bool(node.to.this in _TEXT_TYPES)
