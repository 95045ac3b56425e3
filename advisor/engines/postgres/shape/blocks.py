"""Which table does a column mean? Query blocks and their sources, resolved through aliases, CTEs, subqueries and views.

A block is one SELECT, UPDATE, DELETE or MERGE level. Conditions on the output of a subquery are followed to the base
table, because the planner pushes them down; where it does not, the index is simply not picked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from advisor.engines.postgres.shape.access import Access, Order, Term
from advisor.engines.postgres.shape.sql import fold, parse_view
from advisor.model.catalog import Catalog, Table


@dataclass(eq=False)
class Draft:
    """An Access while it is being filled."""

    number: int
    table: Table
    alias: str
    terms: list[Term] = field(default_factory=list)
    arms: list[tuple[tuple[Term, ...], ...]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    needed: set[str] = field(default_factory=set)
    whole_rows: bool = False

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(column.name for column in self.table.columns)

    def finished(self) -> Access:
        return Access(
            number=self.number,
            schema=self.table.schema,
            table=self.table.name,
            alias=self.alias,
            terms=tuple(dict.fromkeys(self.terms)),
            arms=tuple(dict.fromkeys(self.arms)),
            orders=tuple(dict.fromkeys(self.orders)),
            needed=None if self.whole_rows else frozenset(self.needed),
        )


@dataclass(eq=False)
class Derived:
    """The result of a query in FROM: one block for each arm of a UNION, none for VALUES and functions."""

    blocks: list["Block"] = field(default_factory=list)
    renamed: tuple[str, ...] = ()
    """Column aliases: `AS t(a, b)`."""


@dataclass(eq=False)
class Block:
    """One level of a statement."""

    tree: exp.Expr
    parent: "Block | None" = None
    sources: dict[str, "Draft | Derived"] = field(default_factory=dict)
    nested: dict[int, Derived] = field(default_factory=dict)
    """id(query node) -> result, for subqueries in expressions."""
    conditions: list[exp.Expr] = field(default_factory=list)
    """WHERE and ON."""
    using: list[tuple[str, list[str]]] = field(default_factory=list)
    """(joined source, column names) of JOIN ... USING."""
    parts: list[exp.Expr] = field(default_factory=list)
    """Everything of this level that holds expressions."""
    exists: bool = False
    """Its select list does not matter: `EXISTS (SELECT * ...)`."""

    def nodes(self) -> Iterator[exp.Expr]:
        """All nodes of this level; nested queries are yielded, not entered."""
        for part in self.parts:
            yield from part.walk(prune=lambda node: isinstance(node, exp.Query))


class Blocks:
    """All blocks and base-table occurrences of one statement."""

    def __init__(self, tree: exp.Expr, catalog: Catalog) -> None:
        self.catalog = catalog
        self.views = {(schema, name): definition for schema, name, definition in catalog.views}
        self.drafts: list[Draft] = []
        self.blocks: list[Block] = []
        self.unknown: set[str] = set()
        self._statement(tree)

    def _statement(self, tree: exp.Expr) -> None:
        if isinstance(tree, exp.Query):
            self._query(tree, None, {})
            return
        ctes = self._ctes(tree, None, {})
        if isinstance(tree, exp.Insert):
            if isinstance(tree.expression, exp.Query):
                self._query(tree.expression, None, ctes)
            return
        block = self._block(tree, None)
        joined = tree.args.get("using")
        others = joined if isinstance(joined, list) else [joined]
        source = tree.args.get("from_")
        for node in (tree.this, *others, source.this if source else None):
            if isinstance(node, exp.Expr):
                self._source(node, block, ctes)
        for draft in block.sources.values():
            if isinstance(draft, Draft):
                draft.whole_rows = True
                break
        self._finish(block, ctes)

    def _query(self, tree: exp.Expr, parent: Block | None, ctes: Mapping[str, Derived]) -> Derived:
        ctes = self._ctes(tree, parent, ctes)
        if isinstance(tree, exp.Subquery):
            return self._query(tree.this, parent, ctes)
        if isinstance(tree, exp.SetOperation):
            arms = [self._query(arm, parent, ctes) for arm in (tree.this, tree.expression) if isinstance(arm, exp.Expr)]
            return Derived([block for arm in arms for block in arm.blocks])
        if not isinstance(tree, exp.Select):
            return Derived()
        block = self._block(tree, parent)
        source = tree.args.get("from_")
        if source:
            self._source(source.this, block, ctes)
        for lateral in tree.args.get("laterals") or ():
            self._source(lateral, block, ctes)
        self._joins(tree, block, ctes)
        self._finish(block, ctes)
        return Derived([block])

    def _ctes(self, tree: exp.Expr, parent: Block | None, ctes: Mapping[str, Derived]) -> Mapping[str, Derived]:
        with_ = tree.args.get("with_")
        known = dict(ctes)
        for cte in with_.expressions if with_ else ():
            alias = cte.args["alias"]
            result = Derived(renamed=tuple(fold(column) for column in alias.args.get("columns") or ()))
            known[fold(alias.this)] = result  # before its own query: a recursive one refers to itself
            if isinstance(cte.this, exp.Query):
                result.blocks.extend(self._query(cte.this, parent, known).blocks)
            else:
                self._statement(cte.this)
        return known

    def _block(self, tree: exp.Expr, parent: Block | None) -> Block:
        block = Block(tree, parent, exists=isinstance(tree.parent, exp.Exists))
        self.blocks.append(block)
        return block

    def _joins(self, node: exp.Expr, block: Block, ctes: Mapping[str, Derived]) -> None:
        for join in node.args.get("joins") or ():
            name = self._source(join.this, block, ctes)
            if condition := join.args.get("on"):
                block.conditions.append(condition)
                block.parts.append(condition)
            if using := join.args.get("using"):
                block.using.append((name, [fold(column) for column in using]))

    def _source(self, node: exp.Expr, block: Block, ctes: Mapping[str, Derived]) -> str:
        """Register one item of FROM under its alias, which is returned."""
        alias_node = node.args.get("alias")
        alias = fold(alias_node.this) if isinstance(alias_node, exp.TableAlias) else ""
        inner = node.this if isinstance(node, exp.Lateral) else node
        if isinstance(inner, exp.Table):
            name = alias or fold(inner.this) or f"?{len(block.sources)}"
            block.sources[name] = self._relation(inner, name, ctes)
        elif isinstance(inner, exp.Query):
            name = alias or f"?{len(block.sources)}"
            block.sources[name] = derived = Derived()
            derived.blocks.extend(self._query(inner, block, ctes).blocks)
            if isinstance(alias_node, exp.TableAlias):
                derived.renamed = tuple(fold(column) for column in alias_node.args.get("columns") or ())
        elif isinstance(inner, exp.Paren):
            name = self._source(inner.this, block, ctes)
        else:
            name = alias or f"?{len(block.sources)}"
            block.sources[name] = Derived()
        self._joins(inner, block, ctes)
        return name

    def _relation(self, node: exp.Table, alias: str, ctes: Mapping[str, Derived]) -> "Draft | Derived":
        name, schema = fold(node.this), fold(node.args.get("db"))
        if not schema and name in ctes:
            return ctes[name]
        if table := self.catalog.resolve(name, schema):
            draft = Draft(len(self.drafts), table, alias)
            self.drafts.append(draft)
            return draft
        for place in (schema,) if schema else (*self.catalog.search_path, "public"):
            query = parse_view(self.views[place, name]) if (place, name) in self.views else None
            if query is not None:
                return self._query(query, None, {})
        if name:
            self.unknown.add(f"{schema}.{name}" if schema else name)
        return Derived()

    def _finish(self, block: Block, ctes: Mapping[str, Derived]) -> None:
        """Collect the expressions of this level and read the subqueries inside them."""
        tree = block.tree
        for key in ("where", "on"):
            if isinstance(condition := tree.args.get(key), exp.Expr):
                block.conditions.append(condition.this if isinstance(condition, exp.Where) else condition)
                block.parts.append(condition)
        names = ("having", "group", "order", "qualify", "distinct", "returning")
        block.parts += [part for key in names if isinstance(part := tree.args.get(key), exp.Expr)]
        if not block.exists:
            block.parts += tree.expressions
        for node in list(block.nodes()):
            if isinstance(node, exp.Query) and id(node) not in block.nested:
                block.nested[id(node)] = self._query(node, block, ctes)


Resolved = list[tuple[Draft, str]]


def resolve(block: Block, column: exp.Column) -> Resolved:
    """The (base table occurrence, column name) pairs that a column reference means: several behind a UNION, none for
    computed columns, function results and names the catalogue does not know."""
    return _climb(block, column, set())


# (id of a block, output name) pairs that were followed already: a recursive CTE would never end.
_Followed = set[tuple[int, str]]


def _climb(block: Block, column: exp.Column, followed: _Followed) -> Resolved:
    """Look in this level, then in the levels around it (a correlated subquery, LATERAL)."""
    level: Block | None = block
    while level is not None:
        found = _at_level(level, column, followed)
        if found is not None:
            return found
        level = level.parent
    return []


def _at_level(block: Block, column: exp.Column, followed: _Followed) -> Resolved | None:
    """None = this level knows nothing of the name."""
    name, qualifier = fold(column.this), fold(column.args.get("table"))
    schema = fold(column.args.get("db"))
    if not qualifier:
        return [hit for source in block.sources.values() for hit in _in_source(source, name, followed)] or None
    source = block.sources.get(qualifier)
    if source is None or (schema and isinstance(source, Draft) and source.table.schema != schema):
        return None
    return _in_source(source, name, followed)


def _in_source(source: "Draft | Derived", name: str, followed: _Followed) -> Resolved:
    if isinstance(source, Draft):
        return [(source, name)] if name in source.columns else []
    hits: Resolved = []
    for block in source.blocks:
        if (id(block), name) not in followed:
            followed.add((id(block), name))
            hits += _output(block, name, source.renamed, followed)
    return hits


def _output(block: Block, name: str, renamed: tuple[str, ...], followed: _Followed) -> Resolved:
    """What the output column `name` of a block is made of, when it is a plain column of a base table."""
    for position, item in enumerate(block.tree.expressions):
        value = item.this if isinstance(item, exp.Alias) else item
        if isinstance(value, exp.Star) or (isinstance(value, exp.Column) and isinstance(value.this, exp.Star)):
            if name not in renamed and (hits := _through_star(block, value, name, followed)):
                return hits
            continue
        label = fold(item.args.get("alias")) if isinstance(item, exp.Alias) else fold(value.this)
        if position < len(renamed):
            label = renamed[position]
        if label == name:
            return _climb(block, value, followed) if isinstance(value, exp.Column) else []
    return []


def _through_star(block: Block, star: exp.Expr, name: str, followed: _Followed) -> Resolved:
    qualifier = fold(star.args.get("table"))
    sources = [block.sources[qualifier]] if qualifier in block.sources else list(block.sources.values())
    return [hit for source in sources for hit in _in_source(source, name, followed)]
