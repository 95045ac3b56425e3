"""Scripts are read whole: every statement with its place, every trap of the file format, and nothing raises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.engines.postgres.ddl import parse_script, read_script
from advisor.engines.postgres.ddl.statements import (
    AlterIndex,
    AlterTable,
    Copy,
    CreateExtension,
    CreateIndex,
    CreateTable,
    DropIndex,
    Maintenance,
    MetaCommand,
    Other,
    Reindex,
    Reset,
    SetVariable,
    Statement,
    Transaction,
    Unreadable,
)
from advisor.engines.postgres.render import create_index
from advisor.model.index import IndexKey, IndexSpec


def one(text: str) -> Statement:
    statements = parse_script(text)
    assert len(statements) == 1, statements
    return statements[0]


def index(text: str) -> CreateIndex:
    statement = one(text)
    assert isinstance(statement, CreateIndex), statement
    return statement


def test_every_part_of_create_index_is_read() -> None:
    create = index(
        'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Ix ""1""" ON ONLY public."T x" USING btree '
        '(a DESC NULLS LAST, lower(b) COLLATE "C" text_pattern_ops, (x + 1)) INCLUDE (c, "D") NULLS NOT DISTINCT '
        "WITH (fillfactor = 70, deduplicate_items) TABLESPACE fast WHERE s = 'it''s' AND d IS NULL"
    )
    assert (create.unique, create.concurrently, create.if_not_exists, create.only) == (True, True, True, True)
    assert create.name
    assert (create.name.name.text, create.name.name.quoted) == ('Ix "1"', True)
    assert str(create.table) == "public.T x"
    assert create.options == (("fillfactor", "70"), ("deduplicate_items", ""))
    assert (create.nulls_not_distinct, create.tablespace) == (True, "fast")
    assert create.spec == IndexSpec(
        schema="public",
        table="T x",
        keys=(
            IndexKey(column="a", descending=True, nulls_first=False),
            IndexKey(expression="lower(b)", collation="C", opclass="text_pattern_ops"),
            IndexKey(expression="x + 1"),
        ),
        include=("c", "D"),
        predicate="s = 'it''s' AND d IS NULL",
        unique=True,
    )


def test_names_fold_as_the_server_folds_them() -> None:
    create = index('CREATE INDEX IX_Größe ON Users(Id, "Id")')
    assert create.name
    assert (create.name.name.text, create.name.name.folds) == ("ix_größe", True)
    assert [part.key.column for part in create.keys] == ["id", "Id"]


def test_a_default_nulls_clause_is_no_difference() -> None:
    plain = index("CREATE INDEX ON t (a, b DESC)").spec
    assert index("CREATE INDEX ON t (a ASC NULLS LAST, b DESC NULLS FIRST)").spec == plain


def test_a_name_is_stored_cut_at_63_bytes_not_characters() -> None:
    create = index(f"CREATE INDEX {'ä' * 40} ON t (a)")
    assert create.name
    assert create.name.name.stored == "ä" * 31


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DROP INDEX CONCURRENTLY IF EXISTS a, public.b CASCADE", (DropIndex, "a public.b")),
        ("REINDEX (VERBOSE, CONCURRENTLY) INDEX x", (Reindex, "x")),
        ("REINDEX TABLE CONCURRENTLY s.t", (Reindex, "s.t")),
        ("ALTER INDEX i ATTACH PARTITION j", (AlterIndex, "i j")),
        ('ALTER INDEX IF EXISTS i RENAME TO "J"', (AlterIndex, "i J")),
        ("ALTER TABLE ONLY s.t ADD CONSTRAINT u UNIQUE USING INDEX u", (AlterTable, "s.t")),
        ("CREATE TEMP TABLE IF NOT EXISTS x (a int)", (CreateTable, "x")),
        ("CREATE MATERIALIZED VIEW mv AS SELECT 1", (CreateTable, "mv")),
        ("VACUUM (FULL, ANALYZE) t", (Maintenance, "t")),
        ("CLUSTER VERBOSE t USING i", (Maintenance, "t")),
    ],
)
def test_other_statements_name_their_objects(text: str, expected: tuple[type[Statement], str]) -> None:
    statement = one(text)
    assert isinstance(statement, expected[0]), statement
    fields = [getattr(statement, field, None) for field in ("names", "name", "argument", "table", "tables")]
    flat = [str(x) for value in fields if value is not None for x in (value if isinstance(value, tuple) else (value,))]
    assert " ".join(flat) == expected[1]


def test_constraints_say_which_index_they_use_or_build() -> None:
    statement = one('ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, "B"), ADD PRIMARY KEY USING INDEX p, ADD c int')
    assert isinstance(statement, AlterTable)
    unique, primary = statement.constraints
    assert (unique.kind, unique.columns) == ("unique", ("a", "B"))
    assert primary.kind == "primary key"
    assert primary.using_index
    assert primary.using_index.text == "p"


def test_settings_and_transactions_are_recognised() -> None:
    text = (
        "SET LOCAL lock_timeout = '5s'; SET SESSION statement_timeout TO 0; RESET ALL; DISCARD ALL; BEGIN; SAVEPOINT a; "
        "ROLLBACK TO a; COMMIT AND CHAIN; START TRANSACTION; END; SET TRANSACTION READ ONLY"
    )
    found = [
        (s.name, s.value, s.local)
        if isinstance(s, SetVariable)
        else s.name
        if isinstance(s, Reset)
        else s.action
        if isinstance(s, Transaction)
        else "other"
        for s in parse_script(text)
    ]
    assert found == [
        ("lock_timeout", "5s", True),
        ("statement_timeout", "0", False),
        "all",
        "all",
        "begin",
        "savepoint",
        "savepoint",
        "commit",
        "begin",
        "commit",
        "other",
    ]


def test_nothing_hides_a_semicolon_from_the_splitter_but_what_hides_it_from_the_server() -> None:
    text = (
        "SELECT ';', E'\\';', $$;$$, $a$ ; $$ ; $a$, \"a;b\", U&'\\0041;' -- ;\n, 1 /* ; /* ; */ ; */;\n"
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;\n"
        "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b);\n"
        "DO $body$ BEGIN PERFORM 1; END $body$;"
    )
    statements = parse_script(text)
    assert [type(s).__name__ for s in statements] == ["Other", "Other", "Other", "Do"]
    assert [s.line for s in statements] == [1, 3, 4, 5]


def test_copy_data_is_no_sql() -> None:
    statements = parse_script("COPY t (a) FROM stdin;\n1\tit's\n2\t\"; DROP TABLE x;\n\\.\nDROP INDEX i;")
    assert [type(s) for s in statements] == [Copy, DropIndex]
    assert statements[1].line == 5


def test_psql_commands_end_a_statement_and_are_not_interpreted() -> None:
    statements = parse_script("\\set ON_ERROR_STOP 1\nSELECT 'DROP INDEX i' \\gexec\nDROP INDEX j;")
    assert [type(s) for s in statements] == [MetaCommand, Other, MetaCommand, DropIndex]
    assert statements[1].terminator == "\\gexec"


def test_a_byte_order_mark_and_windows_line_ends_keep_positions_right() -> None:
    statements = parse_script("\ufeffSELECT 1;\r\n\r\n  DROP INDEX i;\r\n")
    assert [(s.line, s.column) for s in statements] == [(1, 2), (3, 3)]


def test_comments_come_with_their_lines() -> None:
    comments = read_script("-- one\nSELECT 1; /* two\n lines */ -- three\n").comments
    assert [(c.text, c.line) for c in comments] == [("one", 1), ("two\n lines", 2), ("three", 3)]


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("SELECT 1;\n CREATE INDEX i t (a)", 2, 17, "expected ON, found t"),
        ("CREATE INDEX i ON {{ table }} (a)", 1, 19, "template placeholder"),
        ("CREATE INDEX i ON t (a,)", 1, 24, "expected a column or an expression, found )"),
        ("CREATE INDEX i ON t ()", 1, 22, "a column or an expression"),
        ("CREATE INDEX i ON t (a) WHERE (b", 1, 31, "balanced parentheses"),
        ("CREATE INDEX i ON t (a) LIMIT 1", 1, 25, "end of the statement"),
        ("DROP INDEX", 1, 11, "end of the statement"),
        ("SELECT 1; SELECT 'never closed", 1, 11, "never closes"),
        ("/* never closed", 1, 1, "never closes"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text: str, line: int, column: int, reason: str) -> None:
    broken = parse_script(text)[-1]
    assert isinstance(broken, Unreadable), broken
    assert (broken.line, broken.column) == (line, column)
    assert reason in broken.reason


def test_one_broken_statement_costs_no_other() -> None:
    statements = parse_script("CREATE INDEX i ON t (a; DROP INDEX j; CREATE INDEX k ON t (b);")
    assert [type(s) for s in statements] == [Unreadable, DropIndex, CreateIndex]


def test_extensions_are_known_by_name() -> None:
    statement = one('CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA extensions')
    assert isinstance(statement, CreateExtension)
    assert statement.name.text == "uuid-ossp"


FRAGMENTS = st.sampled_from(
    ["CREATE INDEX", " i ON t", "(a)", "(", ")", ";", "'", '"', "$$", "$x$", "--", "/*", "*/", "\\", "\n", "\r\n", "\\.", " ",
     "DROP INDEX", "CONCURRENTLY", "COPY t FROM stdin", "BEGIN ATOMIC", "END", "E'", "\x00", "é", "😀", "{{", "$1", ",", "::"]
)  # fmt: skip


@given(st.lists(FRAGMENTS | st.text(max_size=4), max_size=40))
@settings(max_examples=300)
def test_any_text_is_read_and_no_character_belongs_to_two_statements(parts: list[str]) -> None:
    text = "".join(parts)
    position = 0
    for statement in parse_script(text):
        assert position <= statement.start < statement.end <= len(text)
        assert text[statement.start : statement.end] == statement.text
        position = statement.end


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda name: name.strip()
)
COLUMNS = st.builds(
    IndexKey,
    column=NAMES,
    descending=st.booleans(),
    nulls_first=st.none() | st.booleans(),
    opclass=st.sampled_from(["", "text_pattern_ops", "public.gin_trgm_ops"]),
    collation=st.sampled_from(["", "C", 'pg_catalog."de-x-icu"']),
)
EXPRESSIONS = st.sampled_from(["lower(b)", "(a + b)", "date_trunc('day'::text, ts)", "doc ->> 'x'"])
KEYS = COLUMNS | st.builds(lambda text: IndexKey(expression=text), EXPRESSIONS)
SPECS = st.builds(
    IndexSpec,
    schema=NAMES | st.just(""),
    table=NAMES,
    keys=st.lists(KEYS, min_size=1, max_size=4).map(tuple),
    include=st.lists(NAMES, max_size=3).map(tuple),
    predicate=st.sampled_from(["", "s = 'open'", "a IS NOT NULL AND (b > 1 OR c)"]),
    method=st.sampled_from(["btree", "gin", "hash"]),
    unique=st.booleans(),
)


@given(SPECS, NAMES, st.booleans(), st.booleans())
@settings(max_examples=300)
def test_what_is_rendered_is_read_back_the_same(spec: IndexSpec, name: str, concurrently: bool, guarded: bool) -> None:
    create = index(create_index(spec, name, concurrently=concurrently, if_not_exists=guarded))
    assert create.name
    assert create.name.name.text == name
    assert (create.concurrently, create.if_not_exists) == (concurrently, guarded)
    assert _canonical(create.spec) == _canonical(spec)


def _canonical(spec: IndexSpec) -> IndexSpec:
    """Both ways of writing the default of NULLS are one."""
    keys = tuple(
        IndexKey(
            column=key.column,
            expression=key.expression.strip("()") if key.expression == "(a + b)" else key.expression,
            descending=key.descending,
            nulls_first=key.nulls_are_first,
            opclass=key.opclass,
            collation=key.collation,
        )
        for key in spec.keys
    )
    return IndexSpec(spec.schema, spec.table, keys, spec.include, spec.predicate, spec.method, spec.unique)


def test_ten_thousand_statements_are_read_in_order() -> None:
    text = "CREATE INDEX CONCURRENTLY i ON t (a, lower(b)) WHERE s = 'x;y';\n" * 10_000
    statements = parse_script(text)
    assert [s.line for s in statements] == list(range(1, 10_001))
