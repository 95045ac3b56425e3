"""Scripts of SQL statements as values: `parse_script`.

Total: whatever the text, every statement of it comes back, an index statement that cannot be understood as `Unreadable` with its
place and the reason. Statements that do not concern indexes are recognised by their first words only.
"""

import re
from collections.abc import Callable
from itertools import pairwise

from advisor.engines.postgres.ddl.cursor import Cursor, Unexpected, split_list
from advisor.engines.postgres.ddl.index import INDEX_GRAMMAR, Place
from advisor.engines.postgres.ddl.statements import (
    AlterTable,
    Comment,
    ConstraintClause,
    Copy,
    CreateExtension,
    CreateTable,
    Do,
    Maintenance,
    MetaCommand,
    ObjectName,
    Other,
    Reset,
    ScriptText,
    SetVariable,
    Statement,
    Transaction,
    Unreadable,
)
from advisor.engines.postgres.ddl.tokens import Piece, Positions, Token, TokenizeError, split, tokenize

BOM = "\ufeff"
_LEADING = re.compile(r"[^\W\d][\w$]*")
_GAP = re.compile(r"(?:\s|--[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_LEADING_WORDS = 4
COMMANDS = frozenset(
    (word,)
    for word in (
        "ABORT ALTER ANALYSE ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE "
        "DISCARD DO DROP END EXECUTE EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN "
        "REFRESH REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW START TABLE TRUNCATE UNLISTEN "
        "UPDATE VACUUM VALUES WITH"
    ).split()
)
"""First words of PostgreSQL's statements (its reference, part VI.I)."""
_TABLE_WORDS = frozenset({"GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED"})
_TRANSACTION = {
    "BEGIN": "begin", "START": "begin", "COMMIT": "commit", "END": "commit", "ROLLBACK": "rollback", "ABORT": "rollback",
    "SAVEPOINT": "savepoint", "RELEASE": "savepoint",
}  # fmt: skip


def parse_script(text: str) -> list[Statement]:
    """The statements of a script, in order. Never raises."""
    return list(read_script(text).statements)


def read_script(text: str) -> ScriptText:
    """The statements and the comments of a script. A byte order mark counts as a space. Never raises."""
    text = text.replace(BOM, " ", 1) if text.startswith(BOM) else text
    positions = Positions(text)
    pieces, spans = split(text)
    statements = tuple(_statement(text, piece, positions) for piece in pieces)
    comments = tuple(
        Comment(_comment_text(text[span.start : span.end]), span.start, span.end, positions.at(span.start)[0])
        for span in spans
    )
    return ScriptText(statements, comments)


def _comment_text(raw: str) -> str:
    return (raw[2:-2] if raw.startswith("/*") else raw[2:]).strip()


def _statement(script: str, piece: Piece, positions: Positions) -> Statement:
    line, column = positions.at(piece.start)
    text = script[piece.start : piece.end]
    place: Place = {"text": text, "start": piece.start, "end": piece.end, "line": line, "column": column}
    if piece.kind == "meta":
        return MetaCommand(**place, command=text.split(None, 1)[0])
    if piece.kind == "unterminated":
        return Unreadable(**place, reason=f"{piece.terminator} opens a quote or comment that never closes")
    place["terminator"] = piece.terminator
    words = _leading_words(text)
    grammar = _grammar(words)
    if grammar is None and not text.startswith("(") and words[:1] not in COMMANDS:
        return Unreadable(**place, reason=f"{text.split(None, 1)[0][:20]!r} begins no SQL statement")
    if grammar is None:
        return Other(**place, keyword=_keyword(words, text))
    try:
        return grammar(Cursor(script, tokenize(text, piece.start), piece.end), positions, place)
    except Unexpected as error:
        place["line"], place["column"] = positions.at(error.offset)
        return Unreadable(**place, reason=str(error))
    except TokenizeError as error:
        return Unreadable(**place, reason=str(error))


def _leading_words(text: str) -> tuple[str, ...]:
    """The first words in capitals, comments between them skipped."""
    words: list[str] = []
    position = 0
    while len(words) < _LEADING_WORDS and (match := _LEADING.match(text, position)):
        words.append(match[0].upper())
        gap = _GAP.match(text, match.end())
        position = gap.end() if gap else match.end()
    return tuple(words)


def _keyword(words: tuple[str, ...], text: str) -> str:
    if not words:
        return text[:1]
    if words[:3] == ("CREATE", "OR", "REPLACE"):
        return " ".join(("CREATE", *words[3:4]))
    return " ".join(words[:2] if words[0] in ("CREATE", "ALTER", "DROP", "REFRESH") else words[:1])


def _grammar(words: tuple[str, ...]) -> Callable[[Cursor, Positions, Place], Statement] | None:
    for length in (2, 1):
        found = INDEX_GRAMMAR.get(words[:length]) or _GRAMMAR.get(words[:length])
        if found:
            return found
    if words[:1] == ("CREATE",) and words[1:2] and words[1] in _TABLE_WORDS:
        return _create_table
    return None


def _create_table(cursor: Cursor, positions: Positions, place: Place) -> Statement:
    cursor.expect("CREATE")
    temporary = False
    while cursor.upper() in _TABLE_WORDS:
        temporary = temporary or cursor.upper() in ("TEMP", "TEMPORARY")
        cursor.index += 1
    if not cursor.at("TABLE") and not cursor.at("MATERIALIZED"):
        return Other(**place, keyword=f"CREATE {cursor.upper()}")
    materialized = cursor.accept("MATERIALIZED", "VIEW")
    if not materialized:
        cursor.expect("TABLE")
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    table = cursor.object_name("the name of the table")
    return CreateTable(
        **place, table=table, if_not_exists=if_not_exists, temporary=temporary, materialized_view=materialized
    )


def _create_extension(cursor: Cursor, positions: Positions, place: Place) -> Statement:
    cursor.expect("CREATE", "EXTENSION")
    cursor.accept("IF", "NOT", "EXISTS")
    return CreateExtension(**place, name=cursor.name("the name of the extension"))


def _alter_table(cursor: Cursor, positions: Positions, place: Place) -> Statement:
    cursor.expect("ALTER", "TABLE")
    cursor.accept("IF", "EXISTS")
    cursor.accept("ONLY")
    table = cursor.object_name("the name of the table")
    cursor.accept("*")
    detaches, concurrently = None, False
    if cursor.accept("DETACH", "PARTITION"):
        detaches = cursor.object_name("the name of the partition")
        concurrently = cursor.accept("CONCURRENTLY")
    actions = [Cursor(cursor.script, part, cursor.end) for part in split_list(cursor.rest())]
    light = bool(actions) and all(_is_light(action) for action in actions)
    renamed_to = actions[0].tokens[2].text if actions[0].at("RENAME", "TO") and len(actions[0].tokens) > 2 else ""
    added = tuple(name for action in actions if (name := _added_column(action)))
    found = tuple(clause for action in actions if (clause := _constraint(action)))
    return AlterTable(
        **place,
        table=table,
        constraints=found,
        added=added,
        renamed_to=renamed_to,
        light=light,
        detaches=detaches,
        concurrently=concurrently,
    )


_CONSTRAINTS = {
    ("UNIQUE",): "unique",
    ("PRIMARY", "KEY"): "primary key",
    ("FOREIGN", "KEY"): "foreign key",
    ("EXCLUDE",): "exclude",
    ("CHECK",): "check",
    ("NOT", "NULL"): "not null",
}


def _is_light(action: Cursor) -> bool:
    """Actions whose lock blocks neither reads nor writes (ALTER TABLE, section on lock levels)."""
    if action.upper() in ("VALIDATE", "ATTACH", "CLUSTER"):
        return True
    if action.upper() in ("SET", "RESET"):
        return action.upper(1) == "("
    words = [token.upper for token in action.tokens]
    return words[:1] == ["ALTER"] and ("SET", "STATISTICS") in pairwise(words)


def _added_column(action: Cursor) -> str:
    """The new name of ADD [COLUMN] name and RENAME [COLUMN] name TO name; ``."""
    words = [token.upper for token in action.tokens]
    if words[:1] == ["RENAME"] and "TO" in words[2:-1]:
        return _plain(list(action.tokens[-1:]))
    probe = Cursor(action.script, action.tokens, action.end)
    if not probe.accept("ADD") or probe.upper() in ("CONSTRAINT", *(words[0] for words in _CONSTRAINTS)):
        return ""
    probe.accept("COLUMN")
    probe.accept("IF", "NOT", "EXISTS")
    return "" if probe.done else probe.name("a column").text


def _constraint(action: Cursor) -> ConstraintClause | None:
    if not action.accept("ADD"):
        return None
    name = action.name("the name of the constraint") if action.accept("CONSTRAINT") else None
    kind = next((kind for words, kind in _CONSTRAINTS.items() if action.accept(*words)), "")
    if not kind:
        return None
    action.accept("NULLS", "NOT", "DISTINCT")
    using = action.name("the name of the index") if action.accept("USING", "INDEX") else None
    columns: tuple[str, ...] = ()
    if kind in ("unique", "primary key", "foreign key") and action.at("("):
        columns = tuple(_plain(part) for part in split_list(action.group()))
    words = [token.upper for token in action.rest()]
    not_valid = words[-2:] == ["NOT", "VALID"]
    return ConstraintClause(kind=kind, name=name, using_index=using, columns=columns, not_valid=not_valid)


def _plain(tokens: list[Token]) -> str:
    """The column that a list item begins with."""
    return Cursor("", tokens, 0).name("a column").text if tokens else ""


def _set(cursor: Cursor, positions: Positions, place: Place) -> Statement:
    cursor.expect("SET")
    local = cursor.accept("LOCAL")
    if not local:
        cursor.accept("SESSION")
    if cursor.at("TRANSACTION") or cursor.at("CHARACTERISTICS") or cursor.at("CONSTRAINTS"):
        return Other(**place, keyword="SET TRANSACTION")
    name = cursor.name("a setting").text
    while cursor.accept("."):
        name += "." + cursor.name("a setting").text
    if not (cursor.accept("TO") or cursor.accept("=")):
        return Other(**place, keyword=f"SET {name.upper()}")
    value = " ".join(token.text for token in cursor.rest())
    return SetVariable(**place, name=name, value=value, local=local)


def _reset(cursor: Cursor, positions: Positions, place: Place) -> Statement:
    cursor.index += 1
    return Reset(**place, name=cursor.name("a setting").text)


def _transaction(cursor: Cursor, positions: Positions, place: Place) -> Statement:
    action = _TRANSACTION.get(cursor.upper(), "savepoint")
    if action == "rollback" and any(token.upper == "TO" for token in cursor.tokens):
        action = "savepoint"
    return Transaction(**place, action=action)


def _do(cursor: Cursor, positions: Positions, place: Place) -> Statement:
    return Do(**place, body=next((token.text for token in cursor.tokens if token.kind == "string"), ""))


def _maintenance(cursor: Cursor, positions: Positions, place: Place) -> Statement:
    command = cursor.upper()
    cursor.index += 1
    words: set[str] = {token.upper for token in cursor.group()} if cursor.at("(") else set()
    while cursor.upper() in ("FULL", "FREEZE", "VERBOSE", "ANALYZE", "ANALYSE"):
        words.add(cursor.upper())
        cursor.index += 1
    if command == "VACUUM" and "FULL" in words:
        command = "VACUUM FULL"
    tables = () if cursor.done else _maintained(cursor)
    return Maintenance(**place, command="ANALYZE" if command == "ANALYSE" else command, tables=tables)


def _maintained(cursor: Cursor) -> tuple[ObjectName, ...]:
    tables: list[ObjectName] = []
    for part in split_list(cursor.rest()):
        inner = Cursor(cursor.script, part, cursor.end)
        inner.accept("ONLY")
        tables.append(inner.object_name("a table"))
    return tuple(tables)


def _copy(cursor: Cursor, positions: Positions, place: Place) -> Statement:
    words = [token.upper for token in cursor.tokens]
    return Copy(**place, from_stdin=any(pair == ("FROM", "STDIN") for pair in pairwise(words)))


_GRAMMAR: dict[tuple[str, ...], Callable[[Cursor, Positions, Place], Statement]] = {
    ("CREATE", "TABLE"): _create_table,
    ("CREATE", "MATERIALIZED"): _create_table,
    ("CREATE", "EXTENSION"): _create_extension,
    ("ALTER", "TABLE"): _alter_table,
    ("SET",): _set,
    ("RESET",): _reset,
    ("DISCARD",): _reset,
    **{(word,): _transaction for word in _TRANSACTION},
    ("DO",): _do,
    ("ANALYZE",): _maintenance,
    ("ANALYSE",): _maintenance,
    ("VACUUM",): _maintenance,
    ("CLUSTER",): _maintenance,
    ("COPY",): _copy,
}
