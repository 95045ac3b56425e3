"""Definitions that the server refuses: volatile expressions, features a method lacks, missing operator classes (MIG501-507)."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from advisor.engines.postgres.ddl.expressions import columns
from advisor.engines.postgres.ddl.operator_classes import EXTENSION_OF, has_default, unordered_type
from advisor.engines.postgres.ddl.statements import CreateIndex
from advisor.engines.postgres.ddl.tokens import TokenizeError, tokenize
from advisor.engines.postgres.ddl.volatility import NOT_IMMUTABLE_CALLS, NOT_IMMUTABLE_WORDS, ZONE_DEPENDENT_CALLS
from advisor.model.catalog import Table
from advisor.review.context import Context, Step
from advisor.review.registry import Observation, check
from advisor.review.relations import listed, meant_column

_ZONED = "timestamp with time zone"
_MULTICOLUMN = frozenset({"btree", "gist", "gin", "brin"})
_ORDERED = frozenset({"btree"})
_UNIQUE = frozenset({"btree"})
_INCLUDING = frozenset({"btree", "gist", "spgist"})
_BUILT_IN = frozenset({"btree", "hash", "gist", "spgist", "gin", "brin"})


@check("MIG501", CreateIndex)
def volatile_index_expression(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    for part in create.keys:
        if part.key.expression and (culprit := _culprit(part.key.expression, _table(create, context))):
            yield Observation(
                f"{culprit} in a key of {create.label} is not IMMUTABLE: the server refuses the index",
                subject=create.label,
                line=part.line,
                column=part.column,
            )


@check("MIG502", CreateIndex)
def volatile_index_predicate(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    if create.predicate and (culprit := _culprit(create.predicate, _table(create, context))):
        yield Observation(
            f"{culprit} in the predicate of {create.label} is not IMMUTABLE: the server refuses the index",
            subject=create.label,
        )


@check("MIG505", CreateIndex)
def method_lacks_feature(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    method = create.method
    if method not in _BUILT_IN:
        return
    lacking = []
    if len(create.keys) > 1 and method not in _MULTICOLUMN:
        lacking.append("several key columns")
    if create.unique and method not in _UNIQUE:
        lacking.append("UNIQUE")
    if create.include and method not in _INCLUDING:
        lacking.append("INCLUDE")
    ordered = any(part.key.descending or part.key.nulls_first is not None for part in create.keys)
    if ordered and method not in _ORDERED:
        lacking.append("ASC, DESC or NULLS FIRST")
    if lacking:
        yield Observation(
            f"the method {method} of {create.label} does not support {listed(lacking)}", subject=create.label
        )


@check("MIG506", CreateIndex)
def missing_operator_class(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    table = _table(create, context)
    if not table or not context.catalog:
        return
    for part in create.keys:
        column = meant_column(table, part.key.column) if part.key.column and not part.key.opclass else None
        if column and not has_default(create.method, column.type, context.catalog.extensions):
            yield Observation(
                f"{create.method} has no default operator class for {column.name} of type {column.type}",
                subject=create.label,
                line=part.line,
                column=part.column,
                fix=_suggestion(create.method, column.type),
            )


@check("MIG507", CreateIndex)
def extension_not_created(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    if not context.catalog:
        return
    wanted = [part.key.opclass.rpartition(".")[2].strip('"') for part in create.keys] + [create.method]
    for name in dict.fromkeys(wanted):
        extension = EXTENSION_OF.get(name)
        if extension and extension not in context.catalog.extensions and not _created_before(step, extension, context):
            yield Observation(
                f"{name} belongs to the extension {extension}, which is not installed",
                subject=create.label,
                fix=f"CREATE EXTENSION IF NOT EXISTS {extension}, in an earlier file",
            )


def _created_before(step: Step, extension: str, context: Context) -> bool:
    made = context.extensions.get(extension)
    return made is not None and (made.file.script.path, made.number) < (step.file.script.path, step.number)


def _table(create: CreateIndex, context: Context) -> Table | None:
    return context.meant_table(create.table)


def _culprit(expression: str, table: Table | None) -> str:
    """What makes an expression change with time, session or time zone; ``. Time zones only where column types are known."""
    words, calls = _words(expression)
    for word in words:
        if word in NOT_IMMUTABLE_WORDS or (word in calls and word in NOT_IMMUTABLE_CALLS):
            return f"{word}()" if word in calls else word.upper()
    zoned = {c.name for c in table.columns if c.type.endswith(_ZONED)} if table else set()
    used = sorted(zoned & columns(expression)) if "zone" not in words else []
    if not used:
        return ""
    call = next((word for word in words if word in calls and word in ZONE_DEPENDENT_CALLS), "")
    if call:
        return f"{call}({used[0]})"
    return f"the cast of {used[0]}" if "::" in words or "cast" in words else ""


@lru_cache(4096)
def _words(expression: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """Its words and symbols in lower case, strings and quoted names left out, and those of them that are called."""
    try:
        tokens = tokenize(expression)
    except TokenizeError:
        return (), frozenset()
    words = tuple(token.upper.lower() for token in tokens)
    return words, frozenset(word for word, following in pairwise(words) if following == "(")


def _suggestion(method: str, column_type: str) -> str:
    if unordered_type(column_type):
        return "Index an expression over the value (`(doc ->> 'field')`), or make the column jsonb"
    trigram = method in ("gin", "gist") and column_type.split("(")[0] in ("text", "character varying")
    return f"{method}_trgm_ops of pg_trgm serves LIKE and ILIKE; for equality and order use btree" if trigram else ""
