"""Where statements, comments, COPY data and psql commands begin and end in a script, and the tokens of one statement.

Splitting is a scan of its own rather than the SQL library's tokenizer run over the file: that one gives up a whole file for one
COPY block or one unbalanced quote, and keeps no positions of comments. Each statement is then tokenized by itself, so a broken
one costs only itself. Everything is linear in the length of the text.
"""

import re
from bisect import bisect_right
from typing import ClassVar, NamedTuple

from sqlglot import TokenType
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import TokenError

_LEXEME = re.compile(
    r"""
      (?P<line_comment> --[^\r\n]*)
    | (?P<block_comment> /\*)
    | (?P<string> [eE]'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+' | '[^']*+(?:''[^']*+)*+' | "[^"]*+(?:""[^"]*+)*+")
    | (?P<unterminated> [eE]?['"])
    | (?P<dollar> \$(?:[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*)?\$)
    | (?P<word> [A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*)
    | (?P<end> ;)
    | (?P<meta> \\[^\r\n]*)
    | (?P<open> \()
    | (?P<close> \))
    | (?P<other> [^\s'"$;\\()A-Za-z_\x80-\U0010ffff/-]+ | [$/-])
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_FROM_STDIN = re.compile(r"\bfrom\s+(stdin|pstdin)\b", re.IGNORECASE)
_COPY_END = re.compile(r"^\\\.[ \t]*\r?$", re.MULTILINE)
_RULE = re.compile(r"create\s+(or\s+replace\s+)?rule\b", re.IGNORECASE)
_ROUTINE = re.compile(r"create\s+(or\s+replace\s+)?(function|procedure)\b", re.IGNORECASE)

_STRINGS = {
    TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.RAW_STRING, TokenType.HEREDOC_STRING, TokenType.UNICODE_STRING,
    TokenType.BYTE_STRING, TokenType.BIT_STRING, TokenType.HEX_STRING,
}  # fmt: skip


class Piece(NamedTuple):
    """A stretch of the script: `kind` is `sql`, `meta` (a psql command) or `unterminated`.

    `terminator` is what ended a statement, or the quote or comment that was left open.
    """

    kind: str
    start: int
    end: int
    terminator: str = ""


class Span(NamedTuple):
    start: int
    end: int


class Token(NamedTuple):
    """`kind` is `word`, `quoted`, `string`, `number` or `symbol`; `upper` is the text in capitals, empty for quoted ones."""

    kind: str
    text: str
    upper: str
    start: int
    end: int


class Positions:
    """Line and column (from 1, in characters) of an offset."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]

    def at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class _IndexTokenizer(Postgres.Tokenizer):
    """Without commands: the library would swallow what follows REINDEX, CLUSTER or DO as one string."""

    COMMANDS: ClassVar[set[TokenType]] = set()


_TOKENIZER = _IndexTokenizer(dialect="postgres")


class TokenizeError(ValueError):
    """The library's tokenizer refused a statement."""


def tokenize(text: str, offset: int = 0) -> list[Token]:
    """The tokens of one statement that begins at `offset` of its script. Raises TokenizeError."""
    try:
        raw = _TOKENIZER.tokenize(text)
    except TokenError as error:
        raise TokenizeError("quotes or brackets that do not close") from error
    tokens = []
    for token in raw:
        kind = _kind(token.token_type, token.text)
        if kind == "word" and " " in token.text:  # the library joins PRIMARY KEY, ORDER BY and the like
            source = text[token.start : token.end + 1]
            for word in re.finditer(r"\S+", source):
                start = offset + token.start + word.start()
                tokens.append(Token(kind, word[0], word[0].upper(), start, start + len(word[0])))
            continue
        upper = token.text.upper() if kind in ("word", "symbol") else ""
        tokens.append(Token(kind, token.text, upper, offset + token.start, offset + token.end + 1))
    return tokens


def _kind(token_type: TokenType, text: str) -> str:
    if token_type is TokenType.IDENTIFIER:
        return "quoted"
    if token_type in _STRINGS:
        return "string"
    if token_type is TokenType.NUMBER:
        return "number"
    first = text[:1]
    return "word" if first.isalpha() or first == "_" or first > "\x7f" else "symbol"


def split(text: str) -> tuple[list[Piece], list[Span]]:
    """The statements and psql commands of a script, and its comments, in order."""
    splitter = _Splitter(text)
    splitter.run()
    return splitter.pieces, splitter.comments


class _Splitter:
    """One pass over the text. Keeps where the current statement began and what can hide a semicolon in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[Piece] = []
        self.comments: list[Span] = []
        self.position = 0
        self._begin(0)

    def _begin(self, position: int) -> None:
        self.position = position
        self.start: int | None = None
        self.last = position
        self.parentheses = 0
        self.blocks = 0
        self.previous_word = ""

    def run(self) -> None:
        while match := _LEXEME.search(self.text, self.position):
            kind = match.lastgroup
            self.position = match.end()
            if kind == "line_comment":
                self.comments.append(Span(match.start(), match.end()))
            elif kind == "block_comment":
                self._block_comment(match.start())
            elif kind == "end":
                self._semicolon(match.start())
            elif kind == "meta":
                self._meta(match.start(), match.end())
            else:
                self._content(kind or "", match)
        self._close("")

    def _content(self, kind: str, match: re.Match[str]) -> None:
        if self.start is None:
            self.start = match.start()
        self.last = match.end()
        if kind == "word":
            self._word(match[0].upper())
        elif kind == "open":
            self.parentheses += 1
        elif kind == "close":
            self.parentheses -= 1
        elif kind == "unterminated":
            self._unterminated(match.start())
        elif kind == "dollar":
            end = self.text.find(match[0], match.end())
            if end < 0:
                self._unterminated(match.start())
            else:
                self.last = self.position = end + len(match[0])

    def _word(self, word: str) -> None:
        """Counts the blocks of an SQL-standard routine body (BEGIN ATOMIC ... END), whose semicolons end nothing."""
        if self.blocks:
            self.blocks += (word == "CASE") - (word == "END")
        elif word == "ATOMIC" and self.previous_word == "BEGIN" and self._starts_with(_ROUTINE):
            self.blocks = 1
        self.previous_word = word

    def _starts_with(self, pattern: re.Pattern[str]) -> bool:
        return self.start is not None and pattern.match(self.text, self.start) is not None

    def _block_comment(self, start: int) -> None:
        depth = 1
        for edge in _COMMENT_EDGE.finditer(self.text, start + 2):
            depth += 1 if edge[0] == "/*" else -1
            if depth == 0:
                self.comments.append(Span(start, edge.end()))
                self.position = edge.end()
                return
        self._unterminated(start)

    def _unterminated(self, position: int) -> None:
        """A quote or comment that never closes: what precedes it is lost with it, as it is to the server."""
        start = position if self.start is None else self.start
        opening = next(mark for mark in ("/*", "$", "'", '"') if mark in self.text[position : position + 2])
        self.pieces.append(Piece("unterminated", start, len(self.text), opening))
        self._begin(len(self.text))

    def _semicolon(self, position: int) -> None:
        if self.blocks or (self.parentheses > 0 and self._starts_with(_RULE)):
            self.last = position + 1
            return
        start = self.start
        self._close(";")
        if start is not None and self._is_copy_from_stdin(start, position):
            self._begin(self._after_copy_data(position))
        else:
            self._begin(position + 1)

    def _is_copy_from_stdin(self, start: int, end: int) -> bool:
        return self.text[start : start + 4].upper() == "COPY" and _FROM_STDIN.search(self.text, start, end) is not None

    def _after_copy_data(self, position: int) -> int:
        end = _COPY_END.search(self.text, position)
        return end.end() if end else len(self.text)

    def _meta(self, start: int, end: int) -> None:
        command = self.text[start:end].split(None, 1)[0]
        self._close(command)
        self.pieces.append(Piece("meta", start, end))
        self._begin(end)

    def _close(self, terminator: str) -> None:
        if self.start is not None:
            self.pieces.append(Piece("sql", self.start, self.last, terminator))
