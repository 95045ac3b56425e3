"""Operands: the side of a comparison, or the sort key, that an index could hold."""

from sqlglot import exp

from advisor.engines.postgres.render import quote_ident
from advisor.engines.postgres.shape.access import Operand
from advisor.engines.postgres.shape.blocks import Block, Draft, resolve
from advisor.engines.postgres.shape.sql import is_value, sql_of

_TEXT_TYPES = ("text", "character varying", "varchar", "character")


class Side:
    """One side of a comparison: the tables it reads, and the operand it is when an index could hold it."""

    def __init__(self, block: Block, node: exp.Expr) -> None:
        self.node = node
        self.drafts: list[Draft] = []
        names: dict[int, str] = {}
        fixed = True
        for part in node.walk(prune=lambda child: isinstance(child, exp.Query)):
            if isinstance(part, exp.Query) or is_value(part):
                fixed = False
            if isinstance(part, exp.Column):
                hits = resolve(block, part)
                self.drafts += [draft for draft, _ in hits if draft not in self.drafts]
                fixed = fixed and len(hits) == 1
                if hits:
                    names[id(part)] = hits[0][1]
        self.operands: list[tuple[Draft, Operand]] = []
        if fixed and len(self.drafts) == 1:
            self.operands = [(self.drafts[0], _operand(node, names, self.drafts[0]))]
        elif isinstance(node, exp.Column):
            self.operands = [(draft, Operand(name, "", (name,))) for draft, name in resolve(block, node)]


def _operand(node: exp.Expr, names: dict[int, str], draft: Draft) -> Operand:
    bare = node
    while isinstance(bare, exp.Paren) or (isinstance(bare, exp.Cast) and _keeps_index(bare, names, draft)):
        bare = bare.this
    columns = tuple(dict.fromkeys(names.values()))
    if isinstance(bare, exp.Column):
        return Operand(names[id(bare)], "", columns)
    order = [names[id(part)] for part in bare.walk() if isinstance(part, exp.Column)]
    copy = bare.copy()
    for part, name in zip([p for p in copy.walk() if isinstance(p, exp.Column)], order, strict=True):
        plain = quote_ident(name) == name
        part.replace(exp.column(exp.to_identifier(name, quoted=not plain)))
    return Operand("", sql_of(copy), columns)


def _keeps_index(cast: exp.Cast, names: dict[int, str], draft: Draft) -> bool:
    """`varchar_column::text` only relabels: an index on the column still serves it."""
    if not isinstance(cast.this, exp.Column) or not cast.to.is_type("text", "varchar"):
        return False
    column = next((c for c in draft.table.columns if c.name == names.get(id(cast.this))), None)
    return column is not None and column.type.split("(")[0] in _TEXT_TYPES
