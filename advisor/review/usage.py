"""How the statements of a workload use the columns of a table: compared, bounded, sorted by, joined on.

Deliberately generous: a column that cannot be assigned to one table counts for every table of its statement, and a table that a
statement names which does not parse is not `readable`, so that no rule calls an index useless on the strength of a gap.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from advisor.engines.postgres.expressions import column_name
from advisor.engines.postgres.sql import parse_shape
from advisor.model.workload import Workload

_WORD = re.compile(r"[\w$]+")
_EQUALITIES = (exp.EQ, exp.In, exp.Is, exp.NullSafeEQ)
_CLAUSES = (exp.Where, exp.Join, exp.Order, exp.Group, exp.Having, exp.Ordered)


@dataclass
class TableUse:
    """Columns of one table by what the workload does with them; shape ids beside them."""

    equal: dict[str, set[str]] = field(default_factory=dict)
    """Column -> shapes that compare it for equality, to a value or in a join."""
    other: dict[str, set[str]] = field(default_factory=dict)
    """Column -> shapes that bound it, sort or group by it, or use it otherwise in a condition."""
    shapes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class WorkloadUse:
    """Use by table name (without schema), and the words of the statements that could not be read."""

    tables: Mapping[str, TableUse] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    def of(self, table: str) -> TableUse | None:
        return self.tables.get(table)

    def readable(self, table: str) -> bool:
        """Were all statements that name the table understood?"""
        return table not in self.unread


def workload_use(workload: Workload) -> WorkloadUse:
    """How the PostgreSQL statements of a workload use tables."""
    uses: dict[str, TableUse] = {}
    unread: set[str] = set()
    for shape in workload.shapes:
        if shape.engine != "postgres" or shape.kind in ("utility", "control"):
            continue
        tree = parse_shape(shape).tree
        if tree is None:
            unread.update(_WORD.findall(shape.text))
        else:
            _add(uses, tree, shape.id)
    return WorkloadUse(uses, frozenset(unread))


def _add(uses: dict[str, TableUse], tree: exp.Expr, shape: str) -> None:
    aliases: dict[str, str] = {}
    for table in tree.find_all(exp.Table):
        name = _folded(table.this)
        if name:
            aliases[name] = name
            aliases[_folded(table.args["alias"].this) if table.args.get("alias") else name] = name
    for name in set(aliases.values()):
        uses.setdefault(name, TableUse()).shapes.add(shape)
    for join in tree.find_all(exp.Join):
        for identifier in join.args.get("using") or ():
            for name in set(aliases.values()):
                uses[name].equal.setdefault(_folded(identifier), set()).add(shape)
    for clause in tree.find_all(*_CLAUSES):
        for column in clause.find_all(exp.Column):
            qualifier = _folded(column.args.get("table"))
            tables = {aliases[qualifier]} if qualifier in aliases else set(aliases.values())
            for table_name in tables:
                use = uses[table_name]
                kind = use.equal if _is_compared(column) else use.other
                kind.setdefault(column_name(column), set()).add(shape)


def _is_compared(column: exp.Column) -> bool:
    node = column.parent
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.parent
    return isinstance(node, _EQUALITIES)


def _folded(identifier: object) -> str:
    if not isinstance(identifier, exp.Identifier):
        return ""
    return identifier.name if identifier.args.get("quoted") else identifier.name.lower()
