"""Wanted orders and needed columns of one block: ORDER BY, DISTINCT ON, GROUP BY, window functions, min and max."""

from sqlglot import exp

from advisor.engines.postgres.shape.access import Order, SortKey
from advisor.engines.postgres.shape.blocks import Block, Derived, Draft, resolve
from advisor.engines.postgres.shape.operands import Side
from advisor.engines.postgres.shape.sql import fold


def collect_orders(block: Block) -> None:
    """Add to every table of the block the orders in which its rows are wanted."""
    tree = block.tree
    limited = bool(tree.args.get("limit") or tree.args.get("fetch"))
    order = tree.args.get("order")
    distinct = tree.args.get("distinct")
    on = distinct.args.get("on") if isinstance(distinct, exp.Distinct) else None
    if isinstance(order, exp.Order):
        kind = "distinct on" if on else "order by"
        _add(block, [_sort(item) for item in order.expressions], kind, limited)
    elif isinstance(on, exp.Expr):
        _add(block, [(node, False, False) for node in on.expressions or [on]], "distinct on", limited)
    group = tree.args.get("group")
    if isinstance(group, exp.Group) and group.expressions:
        _add(block, [(node, False, False) for node in group.expressions], "group by", limited)
    for node in block.nodes():
        if isinstance(node, exp.Window):
            _window(block, node)
    _extremes(block)


_Sort = tuple[exp.Expr, bool, bool]


def _sort(item: exp.Expr) -> _Sort:
    if not isinstance(item, exp.Ordered):
        return item, False, False
    descending = bool(item.args.get("desc"))
    nulls_first = item.args.get("nulls_first")
    return item.this, descending, descending if nulls_first is None else bool(nulls_first)


def _add(block: Block, sorts: list[_Sort], kind: str, limited: bool) -> None:
    """The longest prefix of the keys that belongs to one table; further keys are an incremental sort's work."""
    keys: dict[Draft, list[SortKey]] = {}
    for node, descending, nulls_first in sorts:
        operands = Side(block, _named(block, node)).operands
        if not operands or (keys and all(draft not in keys for draft, _ in operands)):
            break
        for draft, operand in operands:
            keys.setdefault(draft, []).append(SortKey(operand, descending, nulls_first))
    for draft, mine in keys.items():
        draft.orders.append(Order(tuple(mine), kind, limited))


def _named(block: Block, node: exp.Expr) -> exp.Expr:
    """`ORDER BY 2` and `ORDER BY total` mean an item of the select list."""
    items: list[exp.Expr] = block.tree.expressions
    if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
        position = int(node.this) - 1
        if position < len(items):
            return items[position].unalias()
    if isinstance(node, exp.Column) and not node.table:
        for item in items:
            if isinstance(item, exp.Alias) and fold(item.args.get("alias")) == fold(node.this):
                return item.unalias()
    return node


def _window(block: Block, node: exp.Window) -> None:
    order = node.args.get("order")
    sorts: list[_Sort] = [(key, False, False) for key in node.args.get("partition_by") or ()]
    sorts += [_sort(item) for item in order.expressions] if isinstance(order, exp.Order) else []
    if sorts:
        _add(block, sorts, "window", False)


def _extremes(block: Block) -> None:
    """`SELECT max(t)` alone reads one end of an index; beside any other aggregate it reads everything anyway."""
    items = [item.this if isinstance(item, exp.Alias) else item for item in block.tree.expressions]
    if block.tree.args.get("group") or not items or not all(isinstance(item, exp.Max | exp.Min) for item in items):
        return
    for item in items:
        _add(block, [(item.this, False, False)], "min/max", True)


def collect_needed(block: Block) -> None:
    """Note which columns of each table the block reads; whole rows where it takes `*`, a row variable or a row lock."""
    if block.tree.args.get("locks"):
        _mark_whole(list(block.sources.values()))
    for node in block.nodes():
        if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
            source = block.sources.get(fold(node.args.get("table")))
            _mark_whole([source] if source else [])
        elif isinstance(node, exp.Column):
            _need(block, node)
        elif isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count | exp.Column):
            _mark_whole(list(block.sources.values()))


def _need(block: Block, node: exp.Column) -> None:
    hits = resolve(block, node)
    for draft, name in hits:
        draft.needed.add(name)
    level: Block | None = block
    while not hits and level is not None and not node.table:
        if source := level.sources.get(fold(node.this)):
            _mark_whole([source])  # `json_agg(t)`: the row as a value
            return
        level = level.parent


def _mark_whole(sources: list[Draft | Derived]) -> None:
    for source in sources:
        if isinstance(source, Draft):
            source.whole_rows = True
