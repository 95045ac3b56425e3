"""The grammar of CREATE INDEX, DROP INDEX, REINDEX and ALTER INDEX.

Accepts what the server's grammar accepts, and two things that it refuses but a rule wants to explain: a qualified index name, and
several names after DROP INDEX CONCURRENTLY.
"""

from collections.abc import Callable, Sequence
from typing import Any

from advisor.engines.postgres.ddl.cursor import Cursor, split_list
from advisor.engines.postgres.ddl.statements import (
    AlterIndex,
    CreateIndex,
    DropIndex,
    KeyPart,
    Name,
    Reindex,
    Statement,
)
from advisor.engines.postgres.ddl.tokens import Positions, Token
from advisor.model.index import IndexKey

Place = dict[str, Any]
"""The fields every statement has: text, start, end, line, column, terminator."""


def create_index(cursor: Cursor, positions: Positions, place: Place) -> CreateIndex:
    cursor.expect("CREATE")
    unique = cursor.accept("UNIQUE")
    cursor.expect("INDEX")
    concurrently = cursor.accept("CONCURRENTLY")
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = None if cursor.at("ON") and not if_not_exists else cursor.object_name("the name of the index")
    cursor.expect("ON")
    only = cursor.accept("ONLY")
    table = cursor.object_name("the name of the table")
    method = cursor.name("an access method").text if cursor.accept("USING") else "btree"
    keys = tuple(_key(cursor, part, positions) for part in split_list(_nonempty(cursor)))
    include = tuple(_column(cursor, part) for part in split_list(_nonempty(cursor))) if cursor.accept("INCLUDE") else ()
    nulls_not_distinct = cursor.accept("NULLS", "NOT", "DISTINCT")
    cursor.accept("NULLS", "DISTINCT")
    options = _options(cursor) if cursor.accept("WITH") else ()
    tablespace = cursor.name("a tablespace").text if cursor.accept("TABLESPACE") else ""
    predicate = _predicate(cursor) if cursor.accept("WHERE") else ""
    _end(cursor)
    return CreateIndex(
        **place,
        unique=unique,
        concurrently=concurrently,
        if_not_exists=if_not_exists,
        name=name,
        only=only,
        table=table,
        method=method,
        keys=keys,
        include=include,
        nulls_not_distinct=nulls_not_distinct,
        options=options,
        tablespace=tablespace,
        predicate=predicate,
    )


def drop_index(cursor: Cursor, positions: Positions, place: Place) -> DropIndex:
    cursor.expect("DROP", "INDEX")
    concurrently = cursor.accept("CONCURRENTLY")
    if_exists = cursor.accept("IF", "EXISTS")
    names = cursor.object_names()
    cascade = cursor.accept("CASCADE")
    cursor.accept("RESTRICT")
    _end(cursor)
    return DropIndex(**place, names=names, concurrently=concurrently, if_exists=if_exists, cascade=cascade)


def reindex(cursor: Cursor, positions: Positions, place: Place) -> Reindex:
    cursor.expect("REINDEX")
    settings = cursor.group() if cursor.at("(") else []
    target = cursor.name("INDEX, TABLE, SCHEMA, DATABASE or SYSTEM").text
    concurrently = cursor.accept("CONCURRENTLY") or _switched_on(settings, "CONCURRENTLY")
    name = None if cursor.done else cursor.object_name()
    _end(cursor)
    return Reindex(**place, target=target, name=name, concurrently=concurrently)


def alter_index(cursor: Cursor, positions: Positions, place: Place) -> Statement:
    cursor.expect("ALTER", "INDEX")
    cursor.accept("IF", "EXISTS")
    name = cursor.object_name("the name of the index")
    for action, words in _ALTERATIONS.items():
        if cursor.accept(*words):
            named = action in ("rename", "attach partition", "set tablespace")
            argument = cursor.object_name() if named else None
            return AlterIndex(**place, name=name, action=action, argument=argument)
    raise cursor.surprise("RENAME TO, ATTACH PARTITION, SET, RESET, ALTER or DEPENDS ON")


_ALTERATIONS = {
    "rename": ("RENAME", "TO"),
    "attach partition": ("ATTACH", "PARTITION"),
    "set tablespace": ("SET", "TABLESPACE"),
    "set": ("SET",),
    "reset": ("RESET",),
    "alter column": ("ALTER",),
    "depends": ("DEPENDS",),
    "no depends": ("NO", "DEPENDS"),
}


def _nonempty(cursor: Cursor) -> list[Token]:
    inner = cursor.group()
    if not inner:
        cursor.index -= 1
        raise cursor.surprise("a column or an expression")
    return inner


def _key(cursor: Cursor, tokens: Sequence[Token], positions: Positions) -> KeyPart:
    """column | function(...) | (expression), then COLLATE, operator class, direction and NULLS."""
    part = _inner(cursor, tokens)
    start = part.offset
    name, expression = _key_subject(part)
    collation = _written(part) if part.accept("COLLATE") else ""
    opclass = "" if part.done or part.upper() in ("ASC", "DESC", "NULLS") else _written(part)
    if opclass and part.at("("):
        part.group()
    descending = part.accept("DESC")
    if not descending:
        part.accept("ASC")
    nulls_first = _nulls(part)
    _end(part)
    if nulls_first == descending:
        nulls_first = None
    key = IndexKey(
        column=name.text if name else "",
        expression=expression,
        descending=descending,
        nulls_first=nulls_first,
        opclass=opclass,
        collation=collation,
    )
    line, column = positions.at(start)
    return KeyPart(key, name, line, column)


def _key_subject(part: Cursor) -> tuple[Name | None, str]:
    if part.at("("):
        return None, part.source(part.group())
    start = part.index
    name = part.name("a column or an expression")
    while part.accept("."):
        part.name("a function name")
    if part.at("("):
        part.group()
        return None, part.source(part.tokens[start : part.index])
    if part.index > start + 1:
        raise part.surprise("( after the name of a function")
    return name, ""


def _nulls(part: Cursor) -> bool | None:
    if not part.accept("NULLS"):
        return None
    if part.accept("FIRST"):
        return True
    part.expect("LAST")
    return False


def _written(part: Cursor) -> str:
    """A collation or operator class: the bare name, or the qualified one as written."""
    start = part.index
    name = part.object_name("a name")
    return part.source(part.tokens[start : part.index]) if name.schema else name.name.text


def _column(cursor: Cursor, tokens: Sequence[Token]) -> Name:
    part = _inner(cursor, tokens)
    name = part.name("a column")
    _end(part)
    return name


def _inner(cursor: Cursor, tokens: Sequence[Token]) -> Cursor:
    return Cursor(cursor.script, tokens, tokens[-1].end if tokens else cursor.tokens[cursor.index - 1].start)


def _options(cursor: Cursor) -> tuple[tuple[str, str], ...]:
    options = []
    for tokens in split_list(_nonempty(cursor)):
        part = _inner(cursor, tokens)
        name = part.object_name("a storage parameter").name.text
        value = part.rest() if part.accept("=") else []
        options.append((name, part.source(value).strip("'")))
    return tuple(options)


def _predicate(cursor: Cursor) -> str:
    if cursor.done:
        raise cursor.surprise("a condition")
    start = cursor.index
    tokens = cursor.rest()
    depth = 0
    for token in tokens:
        if token.kind == "symbol":
            depth += (token.text == "(") - (token.text == ")")
        if depth < 0:
            break
    if depth:
        cursor.index = start
        raise cursor.surprise("a condition with balanced parentheses")
    return cursor.source(tokens)


def _switched_on(settings: Sequence[Token], option: str) -> bool:
    for part in split_list(settings):
        words = [token.upper or token.text.upper() for token in part]
        if words and words[0] == option:
            return words[1:] in ([], ["TRUE"], ["ON"], ["1"])
    return False


def _end(cursor: Cursor) -> None:
    if not cursor.done:
        raise cursor.surprise("the end of the statement")


INDEX_GRAMMAR: dict[tuple[str, ...], Callable[[Cursor, Positions, Place], Statement]] = {
    ("CREATE", "INDEX"): create_index,
    ("CREATE", "UNIQUE"): create_index,
    ("DROP", "INDEX"): drop_index,
    ("REINDEX",): reindex,
    ("ALTER", "INDEX"): alter_index,
}
