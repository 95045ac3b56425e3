"""Conditions as terms: which part of WHERE and ON a B-tree could serve, on which table, and why the rest cannot be served."""

from collections.abc import Iterator

from sqlglot import exp

from advisor.engines.postgres.render import quote_ident
from advisor.engines.postgres.shape.access import Operand, Term
from advisor.engines.postgres.shape.blocks import Block, Draft, resolve
from advisor.engines.postgres.shape.operands import Side
from advisor.engines.postgres.shape.sql import is_value, sql_of

TRIGRAM = "needs a trigram index: not offered yet"
_RANGES = (exp.GT, exp.GTE, exp.LT, exp.LTE)
_OTHER_INDEX_TYPES = (
    exp.ArrayContainsAll,
    exp.ArrayContainedBy,
    exp.ArrayOverlaps,
    exp.JSONBContains,
    exp.Distance,
    exp.MatchAgainst,
)

Found = tuple[Draft, Term]


def conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    """The ANDed parts of a condition, parentheses removed."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, exp.Paren):
            stack.append(current.this)
        elif isinstance(current, exp.And):
            stack += [current.expression, current.this]
        else:
            yield current


def disjuncts(node: exp.Expr) -> list[exp.Expr]:
    """The ORed parts of a condition, left to right."""
    arms: list[exp.Expr] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, exp.Paren) and isinstance(current.this, exp.Or | exp.Paren):
            stack.append(current.this)
        elif isinstance(current, exp.Or):
            stack += [current.expression, current.this]
        else:
            arms.append(current)
    return arms


class Conditions:
    """Turns the conditions of one block into terms on its tables."""

    def __init__(self, block: Block, *, constants: bool) -> None:
        self.block = block
        self.constants = constants

    def collect(self) -> None:
        """Add every term to the draft it is about."""
        for condition in self.block.conditions:
            for part in conjuncts(condition):
                if isinstance(part, exp.Or):
                    self._alternatives(part)
                else:
                    for draft, term in self.terms(part):
                        draft.terms.append(term)
        for joined, columns in self.block.using:
            self._using(joined, columns)

    def _using(self, joined: str, columns: list[str]) -> None:
        for name in columns:
            right = resolve(self.block, exp.column(_exact(name), table=_exact(joined)))
            earlier = [source for source in self.block.sources if source != joined]
            left = [h for s in earlier for h in resolve(self.block, exp.column(_exact(name), table=_exact(s)))]
            for draft, column in right:
                for other, other_column in left:
                    for one, its, two in ((draft, column, other), (other, other_column, draft)):
                        one.terms.append(Term(operand=Operand(its, "", (its,)), kind="=", partner=two.number))

    def _alternatives(self, node: exp.Expr) -> None:
        arms = [[found for part in conjuncts(arm) for found in self.terms(part)] for arm in disjuncts(node)]
        drafts = dict.fromkeys(draft for arm in arms for draft, _ in arm)
        for draft in drafts:
            mine = [tuple(t for d, t in arm if d is draft and t.kind != "refused") for arm in arms]
            if not all(mine):
                continue
            if (
                all(len(arm) == 1 and arm[0].kind in ("=", "in") for arm in mine)
                and len({arm[0].operand for arm in mine}) == 1
            ):
                draft.terms.append(Term(operand=mine[0][0].operand, kind="in"))
            else:
                draft.arms.append(tuple(mine))

    def terms(self, node: exp.Expr) -> list[Found]:
        """The terms of one conjunct; empty when it says nothing about one table alone."""
        while isinstance(node, exp.Paren):
            node = node.this
        if isinstance(node, exp.Not):
            return self._negated(node.this)
        if isinstance(node, exp.EQ):
            return self._equality(node.this, node.expression)
        if isinstance(node, _RANGES):
            return self._range(node)
        if isinstance(node, exp.Between):
            return [(d, Term(operand=o, kind="range")) for d, o in Side(self.block, node.this).operands]
        if isinstance(node, exp.In):
            return self._in(node)
        if isinstance(node, exp.Is):
            return self._is(node)
        if isinstance(node, exp.Column):
            return self._boolean(node, "true", node)
        return self._pattern(node)

    def _boolean(self, node: exp.Expr, kind: str, whole: exp.Expr) -> list[Found]:
        found = []
        for draft, operand in Side(self.block, node).operands:
            if operand.column:
                name = quote_ident(operand.column)
                test = {"true": name, "false": f"NOT {name}"}[kind]
                if isinstance(whole, exp.Is):
                    test = f"{name} IS {kind.upper()}"
                found.append((draft, Term(operand=operand, kind=kind, predicate=test)))
        return found

    def _negated(self, node: exp.Expr) -> list[Found]:
        while isinstance(node, exp.Paren):
            node = node.this
        if isinstance(node, exp.Column):
            return self._boolean(node, "false", node)
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            return self._null(node.this, "not null")
        if isinstance(node, exp.In):
            return self._refused(node.this, "NOT IN matches most rows")
        if isinstance(node, exp.Like | exp.ILike):
            return self._refused(node.this, "NOT LIKE matches most rows")
        return []

    def _is(self, node: exp.Is) -> list[Found]:
        negated = bool(node.args.get("negate"))
        value = node.expression
        if isinstance(value, exp.Null):
            return self._null(node.this, "not null" if negated else "null")
        if isinstance(value, exp.Boolean) and not negated:
            return self._boolean(node.this, "true" if value.this else "false", node)
        return []

    def _null(self, node: exp.Expr, kind: str) -> list[Found]:
        words = "IS NULL" if kind == "null" else "IS NOT NULL"
        return [
            (d, Term(operand=o, kind=kind, predicate=f"{_text(o)} {words}")) for d, o in Side(self.block, node).operands
        ]

    def _equality(self, left: exp.Expr, right: exp.Expr) -> list[Found]:
        if isinstance(right, exp.Any):
            return self._any(left, right)
        if isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple):
            pairs = zip(left.expressions, right.expressions, strict=False)
            return [found for a, b in pairs for found in self._equality(a, b)]
        for tested, value in ((left, right), (right, left)):
            if isinstance(value, exp.Boolean):
                return self._boolean(tested, "true" if value.this else "false", value)
        sides = (Side(self.block, left), Side(self.block, right))
        found = []
        for mine, other in (sides, sides[::-1]):
            for draft, operand in mine.operands:
                if other.drafts == [draft]:
                    continue
                predicate = self._constant(operand, [other.node])
                partners: list[int | None] = [d.number for d in other.drafts if d is not draft]
                for partner in partners or [None]:
                    found.append((draft, Term(operand=operand, kind="=", partner=partner, predicate=predicate)))
        return found

    def _any(self, left: exp.Expr, right: exp.Any) -> list[Found]:
        array = Side(self.block, right)
        if array.drafts:
            return [
                (d, Term(operand=o, kind="refused", reason="value = ANY(array column) is not indexable: write @>"))
                for d, o in array.operands
            ]
        return [(d, Term(operand=o, kind="in")) for d, o in Side(self.block, left).operands]

    def _in(self, node: exp.In) -> list[Found]:
        query = node.args.get("query")
        if query is not None:
            return self._in_query(node.this, query)
        if isinstance(node.this, exp.Tuple):
            columns = node.this.expressions
            return [(d, Term(operand=o, kind="in")) for c in columns for d, o in Side(self.block, c).operands]
        kind = "in" if len(node.expressions) != 1 or is_value(node.expressions[0]) else "="
        return [
            (d, Term(operand=o, kind=kind, predicate=self._constant(o, node.expressions)))
            for d, o in Side(self.block, node.this).operands
        ]

    def _in_query(self, left: exp.Expr, query: exp.Expr) -> list[Found]:
        """`a IN (SELECT b ...)` is a join of a and b."""
        inner = self.block.nested.get(id(query))
        found: list[Found] = []
        outer = Side(self.block, left).operands
        for block in inner.blocks if inner else ():
            values = block.tree.expressions
            value = values[0].this if values and isinstance(values[0], exp.Alias) else (values or [None])[0]
            for draft, operand in Side(block, value).operands if isinstance(value, exp.Expr) else ():
                for other, its in outer:
                    found.append((draft, Term(operand=operand, kind="=", partner=other.number)))
                    found.append((other, Term(operand=its, kind="=", partner=draft.number)))
        return found or [(d, Term(operand=o, kind="in")) for d, o in outer]

    def _range(self, node: exp.Expr) -> list[Found]:
        left, right = node.this, node.expression
        if isinstance(left, exp.Tuple):
            hits = [Side(self.block, item).operands for item in left.expressions]
            if all(len(hit) == 1 for hit in hits) and len({id(hit[0][0]) for hit in hits}) == 1:
                first, *rest = (hit[0][1] for hit in hits)
                return [(hits[0][0][0], Term(operand=first, kind="range", tail=tuple(rest)))]
            return []
        found = []
        sides = (Side(self.block, left), Side(self.block, right))
        for mine, other in (sides, sides[::-1]):
            for draft, operand in mine.operands:
                if draft not in other.drafts:
                    partner = other.drafts[0].number if other.drafts else None
                    found.append((draft, Term(operand=operand, kind="range", partner=partner)))
        return found

    def _pattern(self, node: exp.Expr) -> list[Found]:
        if isinstance(node, exp.NEQ):
            return self._refused(node.this, "<> matches most rows")
        if isinstance(node, exp.Like | exp.SimilarTo):
            return self._like(node)
        if isinstance(node, exp.ILike | exp.RegexpLike | exp.RegexpILike):
            return self._refused(node.this, TRIGRAM)
        if isinstance(node, exp.NullSafeEQ):
            return self._refused(node.this, "IS NOT DISTINCT FROM cannot use an index")
        if isinstance(node, _OTHER_INDEX_TYPES):
            reason = "needs a GIN or GiST index: not offered yet"
            return [found for side in node.iter_expressions() for found in self._refused(side, reason)]
        return []

    def _like(self, node: exp.Expr) -> list[Found]:
        pattern = node.expression
        while isinstance(pattern, exp.Cast | exp.Paren):
            pattern = pattern.this
        if isinstance(pattern, exp.Literal) and str(pattern.this)[:1] in ("%", "_"):
            return self._refused(node.this, TRIGRAM)
        return [(d, Term(operand=o, kind="prefix")) for d, o in Side(self.block, node.this).operands]

    def _refused(self, node: exp.Expr, reason: str) -> list[Found]:
        return [(d, Term(operand=o, kind="refused", reason=reason)) for d, o in Side(self.block, node).operands]

    def _constant(self, operand: Operand, values: list[exp.Expr]) -> str:
        """The predicate `column = 'constant'` (or IN), when the values are constants of the statement itself."""
        if not (self.constants and operand.column and values and all(isinstance(v, exp.Literal) for v in values)):
            return ""
        texts = [sql_of(value) for value in values]
        name = quote_ident(operand.column)
        return f"{name} = {texts[0]}" if len(texts) == 1 else f"{name} IN ({', '.join(texts)})"


def _text(operand: Operand) -> str:
    return quote_ident(operand.column) if operand.column else f"({operand.expression})"


def _exact(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)
