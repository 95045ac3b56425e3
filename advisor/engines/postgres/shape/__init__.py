"""What a statement of the workload asks of the tables: the entry to reading statements.

The work is shared out: `sql` parses, `blocks` resolves names, `terms` reads conditions, `orders` reads wanted orders.
"""

from sqlglot import exp

from advisor.engines.postgres.shape.access import Reading
from advisor.engines.postgres.shape.blocks import Block, Blocks, Draft
from advisor.engines.postgres.shape.orders import collect_needed, collect_orders
from advisor.engines.postgres.shape.sql import fold, parse_shape
from advisor.engines.postgres.shape.terms import Conditions
from advisor.model.catalog import Catalog
from advisor.model.workload import Shape

READS = ("select", "update", "delete", "merge", "insert", "other")
"""Kinds of statements that may read a table."""


def read_shape(shape: Shape, catalog: Catalog) -> Reading:
    """Every base table occurrence of the shape's statement with its terms, orders and needed columns.

    Never raises for what a log may contain: a statement that cannot be read gives a Reading with a `reason`.
    """
    if shape.kind not in READS:
        return Reading(reason="not a statement that reads tables")
    parsed = parse_shape(shape)
    if parsed.tree is None:
        return Reading(reason=parsed.reason)
    try:
        return _read(parsed.tree, catalog, parsed.constants)
    except RecursionError:
        return Reading(reason="the statement is nested too deeply to be analysed")


def _read(tree: exp.Expr, catalog: Catalog, constants: bool) -> Reading:
    blocks = Blocks(tree, catalog)
    for block in blocks.blocks:
        Conditions(block, constants=constants).collect()
        collect_orders(block)
        collect_needed(block)
    return Reading(
        accesses=tuple(draft.finished() for draft in blocks.drafts),
        updated=tuple(sorted({name for block in blocks.blocks for name in _updated(block)})),
        unknown=tuple(sorted(blocks.unknown)),
    )


def _updated(block: Block) -> list[tuple[str, str, str]]:
    if not isinstance(block.tree, exp.Update):
        return []
    target = next((source for source in block.sources.values() if isinstance(source, Draft)), None)
    if target is None:
        return []
    columns = [item.this for item in block.tree.expressions if isinstance(item, exp.EQ)]
    names = [part for column in columns for part in column.find_all(exp.Column)]
    return [(target.table.schema, target.table.name, fold(name.this)) for name in names]
