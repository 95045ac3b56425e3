"""One CREATE INDEX, recommended or edited by a person, as the change that it makes: where, which name, which definition."""

import msgspec

from advisor.engines.postgres.ddl import parse_script
from advisor.engines.postgres.ddl.statements import CreateIndex
from advisor.engines.postgres.ddl.tokens import tokenize
from advisor.engines.postgres.render import drop_index, qualified, quote_ident
from advisor.errors import ConfigError
from advisor.model.finding import Finding
from advisor.model.recommendation import Recommendation
from advisor.review import Script, review
from advisor.rules import RuleSet


class IndexChange(msgspec.Struct, frozen=True, kw_only=True):
    """Names are as the server stores them, unquoted."""

    schema: str
    table: str
    name: str
    unique: bool
    definition: str
    """What follows the table: `USING gin (tags)`, `(a, b DESC) WHERE open`; as it was written."""
    expressions: bool = False
    """A key is an expression."""

    @property
    def create(self) -> str:
        """The statement that makes it on a live table: concurrent, the table qualified, no semicolon."""
        unique = "UNIQUE " if self.unique else ""
        table = qualified(self.schema, self.table)
        return f"CREATE {unique}INDEX CONCURRENTLY {quote_ident(self.name)} ON {table} {self.definition}"

    @property
    def drop(self) -> str:
        return drop_index(self.schema, self.name)


def read_change(item: Recommendation, ddl: str) -> IndexChange:
    """`ddl` as a change of the recommended table. ConfigError when it is not one named CREATE INDEX on that very table."""
    where = f"the DDL for recommendation {item.id}"
    statements = parse_script(ddl)
    if len(statements) != 1 or not isinstance(statements[0], CreateIndex):
        raise ConfigError(f"{where} is not one CREATE INDEX statement: {ddl!r}", "Give exactly one CREATE INDEX.")
    statement = statements[0]
    if statement.name is None:
        raise ConfigError(f"{where} has no index name", "Name the index: it is verified and undone by its name.")
    if item.index is None or not item.index.schema:
        raise ConfigError(f"recommendation {item.id} does not say in which schema its table is", "Analyse again.")
    written = statement.spec
    if written.table != item.index.table or written.schema not in ("", item.index.schema):
        raise ConfigError(f"{where} is for another table than {item.relation}", "An edit may change the index only.")
    return IndexChange(
        schema=item.index.schema,
        table=item.index.table,
        name=statement.name.name.text,
        unique=statement.unique,
        definition=_after_table(statement),
        expressions=any(key.expression for key in written.keys),
    )


def review_edit(item: Recommendation, ddl: str, rules: RuleSet) -> list[Finding]:
    """What the rules that need no catalogue say about an edit, as it will be run. ConfigError as for `read_change`."""
    script = Script(
        path=f"edit of {item.id}", text=f"{read_change(item, ddl).create};\n", role="up", sends="statements"
    )
    return review([script], rules)


def _after_table(statement: CreateIndex) -> str:
    """It ends with the last token: a comment behind that would swallow whatever comes next in a file."""
    tokens = tokenize(statement.text, 0)
    on = next(i for i, token in enumerate(tokens) if token.upper == "ON")
    start = next(t.start for t in tokens[on:] if t.upper == "USING" or (t.kind == "symbol" and t.text == "("))
    return statement.text[start : tokens[-1].end]
