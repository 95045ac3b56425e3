"""A place among the tokens of one statement, and the moves that every grammar rule is made of."""

from collections.abc import Sequence

from advisor.engines.postgres.ddl.statements import Name, ObjectName
from advisor.engines.postgres.ddl.tokens import Token

_TEMPLATE = frozenset({"{", "}", "{%", "%}", "{{", "}}", "$", "%", ":", "@", "?", "#"})


class Unexpected(ValueError):
    """The grammar met a token that it does not allow; `offset` is the token's place in the script."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.offset = offset


def fold(word: str) -> str:
    """An unquoted identifier as the server folds it: ASCII letters only."""
    return "".join(c.lower() if c.isascii() else c for c in word)


class Cursor:
    """Reads `tokens` of `script` from left to right."""

    def __init__(self, script: str, tokens: Sequence[Token], end: int) -> None:
        self.script = script
        self.tokens = tokens
        self.end = end
        self.index = 0

    @property
    def done(self) -> bool:
        return self.index >= len(self.tokens)

    @property
    def offset(self) -> int:
        """Where the next token begins, or where the statement ends."""
        return self.end if self.done else self.tokens[self.index].start

    def upper(self, ahead: int = 0) -> str:
        """The next word or symbol in capitals; empty at the end and for quoted names, strings and numbers."""
        place = self.index + ahead
        return self.tokens[place].upper if place < len(self.tokens) else ""

    def at(self, *words: str) -> bool:
        return all(self.upper(ahead) == word for ahead, word in enumerate(words))

    def accept(self, *words: str) -> bool:
        """Step over `words` if exactly these come next."""
        if not self.at(*words):
            return False
        self.index += len(words)
        return True

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.accept(word):
                raise self.surprise(word)

    def surprise(self, expected: str) -> Unexpected:
        """The error for the token that comes next."""
        if self.done:
            following = self.script[self.end : self.end + 1]
            found = following if following in (")", ",") else "the end of the statement"
            return Unexpected(f"expected {expected}, found {found}", self.end)
        token = self.tokens[self.index]
        if token.kind == "symbol" and token.text in _TEMPLATE:
            return Unexpected(f"expected {expected}, found a template placeholder: lint the rendered file", token.start)
        return Unexpected(f"expected {expected}, found {self.script[token.start : token.end][:40]}", token.start)

    def name(self, expected: str = "a name") -> Name:
        if self.done or self.tokens[self.index].kind not in ("word", "quoted"):
            raise self.surprise(expected)
        token = self.tokens[self.index]
        self.index += 1
        if token.kind == "quoted":
            return Name(token.text, f'"{token.text}"', quoted=True)
        return Name(fold(token.text), token.text)

    def object_name(self, expected: str = "a name") -> ObjectName:
        """`name` or `schema.name`; of a longer chain (`database.schema.name`) the last two."""
        parts = [self.name(expected)]
        while self.accept("."):
            parts.append(self.name(expected))
        return ObjectName(parts[-1], parts[-2] if len(parts) > 1 else None)

    def object_names(self) -> tuple[ObjectName, ...]:
        names = [self.object_name()]
        while self.accept(","):
            names.append(self.object_name())
        return tuple(names)

    def group(self) -> list[Token]:
        """Step over `( ... )` and return the tokens between."""
        self.expect("(")
        start, depth = self.index, 1
        while not self.done:
            depth += (self.upper() == "(") - (self.upper() == ")")
            self.index += 1
            if depth == 0:
                return list(self.tokens[start : self.index - 1])
        raise self.surprise(")")

    def rest(self) -> list[Token]:
        """Everything that is left."""
        tokens = list(self.tokens[self.index :])
        self.index = len(self.tokens)
        return tokens

    def source(self, tokens: Sequence[Token]) -> str:
        """The text of `tokens` as written, comments and line breaks made one space."""
        parts: list[str] = []
        previous = tokens[0].start if tokens else 0
        for token in tokens:
            parts += [" "] if token.start > previous else []
            parts.append(self.script[token.start : token.end])
            previous = token.end
        return "".join(parts)


def split_list(tokens: Sequence[Token]) -> list[list[Token]]:
    """`tokens` cut at the commas outside any bracket."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "symbol":
            depth += (token.text in "([") - (token.text in ")]")
            if token.text == "," and depth == 0:
                parts.append([])
                continue
        parts[-1].append(token)
    return parts
