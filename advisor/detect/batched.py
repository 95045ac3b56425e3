"""The one statement that replaces a loop: `key = $1` for each parent row becomes `key = ANY($1)` for all of them.

Built from normalised text, so no literal of the log can get into it; every `?` becomes a numbered parameter and `$1` is the
array of all keys. What cannot be rewritten safely gets a sentence instead.
"""

from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from advisor.model.workload import Shape
from advisor.workload.lexer import CONSTANT, PARAMETER, tokens
from advisor.workload.normalise import render

_PLACEHOLDER_TYPES = (exp.Parameter, exp.Placeholder)


class Lookup(NamedTuple):
    """How a repeated statement finds its rows: the table as written, and the columns compared with `=` to a value."""

    schema: str
    table: str
    columns: tuple[str, ...]


def rewrite(shapes: list[Shape]) -> str:
    """SQL that fetches or changes everything in one execution, or a sentence when it cannot be given."""
    parts = [_batched(shape) for shape in shapes]
    if any(part is None for part in parts):
        return _sentence(shapes)
    batched = [part for part in parts if part is not None]
    if len(batched) == 1:
        return batched[0][0].sql("postgres")
    if all(isinstance(tree, exp.Select) for tree, _ in batched):
        return _joined(batched)
    return ";\n".join(tree.sql("postgres") for tree, _ in batched)


def lookup(shape: Shape) -> Lookup | None:
    """Where one statement looks; None when it is no statement over one table that compares columns with values."""
    tree = _parse(shape)
    table = _table(tree)
    if tree is None or table is None:
        return None
    columns = [column.name for column, _ in _keys(tree)]
    return Lookup(table.db, table.name, tuple(dict.fromkeys(columns))) if columns else None


def _parse(shape: Shape) -> exp.Expression | None:
    words, number = [], 0
    for token in tokens(shape.text):
        if token.kind == PARAMETER:
            number += 1
            words.append(f"${number + 1}")
        elif token.kind == CONSTANT:
            words.append(token.value if token.value.isdigit() else f"'{token.value}'")
        else:
            words.append(token.text)
    try:
        tree = sqlglot.parse_one(render(words), read="postgres")
    except (SqlglotError, RecursionError):
        return None
    return tree if isinstance(tree, exp.Expression) else None


def _table(tree: exp.Expression | None) -> exp.Table | None:
    """The only table of a statement without joins and subqueries."""
    if not isinstance(tree, exp.Select | exp.Update | exp.Delete):
        return None
    tables = list(tree.find_all(exp.Table))
    nested = any(node is not tree for node in tree.find_all(exp.Select, exp.SetOperation))
    return tables[0] if len(tables) == 1 and not nested and not tree.args.get("joins") else None


def _is_join(tree: exp.Expression, keys: list[tuple[exp.Column, exp.Expression]]) -> bool:
    """Whether a SELECT joins plain tables and says of which one its keys are."""
    selects = list(tree.find_all(exp.Select, exp.SetOperation))
    return isinstance(tree, exp.Select) and len(selects) == 1 and all(column.table for column, _ in keys)


def _keys(tree: exp.Expression) -> list[tuple[exp.Column, exp.Expression]]:
    """(column, comparison) of every `column = value` or `column IN (value)` that must hold."""
    where = tree.args.get("where")
    if where is None:
        return []
    condition = where.this
    found: list[tuple[exp.Column, exp.Expression]] = []
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        part = part.unnest()
        if isinstance(part, exp.EQ):
            sides = [(part.this, part.expression), (part.expression, part.this)]
            found += [(column, part) for column, value in sides if isinstance(column, exp.Column) and _is_value(value)]
        elif isinstance(part, exp.In) and isinstance(part.this, exp.Column) and _is_value(*part.expressions[:1]):
            found.append((part.this, part))
    return found


def _is_value(value: exp.Expression | None = None) -> bool:
    while isinstance(value, exp.Cast | exp.Paren):
        value = value.this
    return isinstance(value, _PLACEHOLDER_TYPES)


def _batched(shape: Shape) -> tuple[exp.Expression, str] | None:
    """The statement over all keys, and the name of its key column; None when that would change its meaning."""
    tree = _parse(shape)
    if isinstance(tree, exp.Insert):
        return _insert(tree)
    if tree is None or not (keys := _keys(tree)) or not (_table(tree) or _is_join(tree, keys)):
        return None
    column, comparison = min(keys, key=lambda key: not key[0].name.lower().endswith("id"))
    comparison.replace(exp.EQ(this=column.copy(), expression=exp.Any(this=exp.Paren(this=exp.Parameter(this="1")))))
    if isinstance(tree, exp.Select) and not _select(tree, column):
        return None
    if isinstance(tree, exp.Update):
        return None
    _renumber(tree)
    return tree, column.name


def _select(tree: exp.Select, key: exp.Column) -> bool:
    """Make a SELECT return rows of all keys; False when its LIMIT or grouping has no simple counterpart."""
    if tree.args.get("distinct") or tree.args.get("having") or tree.args.get("offset"):
        return False
    limit, order = tree.args.get("limit"), tree.args.get("order")
    aggregated = any(item.find(exp.AggFunc) and not item.find(exp.Window) for item in tree.expressions)
    if tree.args.get("group") and aggregated:
        return False
    if limit is not None:
        if order is not None:
            return False
        tree.set("limit", None)
    names = {item.alias_or_name for item in tree.expressions}
    if not any(item.is_star and not item.find(exp.Count) for item in tree.expressions) and key.name not in names:
        tree.set("expressions", [key.copy(), *tree.expressions])
    if aggregated:
        tree.set("group", exp.Group(expressions=[key.copy()]))
    return True


def _insert(tree: exp.Insert) -> tuple[exp.Expression, str] | None:
    """One INSERT that takes an array per column."""
    values = tree.expression
    if not isinstance(values, exp.Values) or len(values.expressions) != 1:
        return None
    row = values.expressions[0]
    if not isinstance(row, exp.Tuple) or not all(_is_value(value) for value in row.expressions):
        return None
    arrays = [exp.Parameter(this=str(place)) for place in range(1, len(row.expressions) + 1)]
    source = exp.select("*").from_(exp.func("UNNEST", *arrays))
    tree.set("expression", source)
    return tree, ""


def _renumber(tree: exp.Expression, start: int = 1) -> int:
    """Number the parameters other than `$1` from `start` + 1 in order of appearance; returns the last number."""
    for node in tree.find_all(exp.Parameter, bfs=False):
        if node.this is not None and node.name != "1":
            start += 1
            node.set("this", exp.Literal.number(start))
    return start


def _joined(parts: list[tuple[exp.Expression, str]]) -> str:
    """The statements of one iteration as one: each over all keys, joined on the key of the first."""
    number = 1
    names = [f"part{place}" for place in range(1, len(parts) + 1)]
    joined = exp.select("*").from_(names[0])
    for name, (tree, key) in zip(names, parts, strict=True):
        number = _renumber(tree, number)
        joined = joined.with_(name, as_=tree)
        if name != names[0]:
            condition = exp.EQ(this=_column(name, key), expression=_column(names[0], parts[0][1]))
            joined = joined.join(name, on=condition, join_type="left")
    return joined.sql("postgres")


def _column(table: str, name: str) -> exp.Column:
    plain = name.isascii() and name.islower() and name.replace("_", "a").isalnum()
    return exp.column(exp.to_identifier(name, quoted=not plain), table=table)


def _sentence(shapes: list[Shape]) -> str:
    """What to do when no statement can be given."""
    kinds = {shape.kind for shape in shapes}
    if kinds <= {"insert"}:
        return "Send the rows in one INSERT with several rows in VALUES, or with COPY."
    if kinds <= {"update", "delete", "merge"}:
        return "Send the keys and new values as arrays and change all rows at once: UPDATE ... FROM unnest($1, $2) AS new(key, value)."
    return (
        "Fetch the rows of all parents in one statement: join to the parent query, or SELECT each.* FROM unnest($1) AS "
        "parent(key) CROSS JOIN LATERAL (this statement with parent.key for its parameter) AS each."
    )
