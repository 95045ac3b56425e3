"""Normalised text of a statement: what two executions of the same query have in common.

Gone are literals, parameters and their style, list lengths (`IN`, rows of `VALUES`, `ARRAY[...]`), comments, white space and
the case of key words and unquoted names. Kept is everything that can change the plan: schemas, quoted names, operators,
`IN` against `=`, sort directions, DISTINCT, locking clauses, and the constants that `constants.kept` names.

TRUE, FALSE and NULL are structure (`WHERE active = true` is what a partial index is made for) except where they are one of
several values: in a list, in a row of VALUES, or as `SET column = NULL`. Names of savepoints, cursors and prepared
statements are drivers' counters and become `?`.
"""

from typing import NamedTuple

from advisor.workload import constants
from advisor.workload.lexer import CONSTANT, PARAMETER, QUOTED, WORD, Token, tokens

LONGEST = 1_000_000
"""Characters that are looked at, so that one statement costs seconds at most; longer ones are bulk inserts."""
_MAX_LIST_DEPTH = 8
"""Lists inside lists inside lists: below this they are plain parentheses, which keeps the work linear."""
_VALUE_WORDS = frozenset(("null", "true", "false", "default"))
_SPACE_BEFORE_PARENTHESIS = frozenset(
    "select where and or not in like ilike between is when then else on having values set returning by from any all some "
    "using as over filter within group join union intersect except exists distinct with into limit offset lateral row "
    "materialized interval conflict update only case array similar to cube rollup sets".split()
)
_TIGHT_BEFORE = frozenset((",", ")", "]", ";", "::", ".", "[", ":"))
_TIGHT_AFTER = frozenset(("(", "[", "::", ".", ":"))
_NAMED = {
    "savepoint": {"savepoint"},
    "release": {"release", "savepoint"},
    "rollback": {"to", "savepoint"},
    "deallocate": {"deallocate", "prepare"},
    "close": {"close"},
    "fetch": {"from", "in"},
    "move": {"from", "in"},
    "declare": {"declare"},
}
"""First word of a control statement -> the words that its counter-like name may follow."""


class Normalised(NamedTuple):
    """`words` are the tokens of `text`; `parameters` says whether values came from outside the text."""

    text: str
    words: tuple[str, ...]
    parameters: bool
    lists: bool
    """A list was collapsed or could be: `IN (`, `VALUES (`, `ARRAY[` or `= ANY (`."""


class _List:
    """A list whose equal elements are written once; `element` is where the current one starts in the output."""

    __slots__ = ("element", "rows", "seen")

    def __init__(self, element: int, *, rows: bool) -> None:
        self.element = element
        self.rows = rows
        self.seen: set[tuple[str, ...]] = set()


def normalise(text: str) -> Normalised:
    """The normalised form of `text`, whatever it is; of a longer one, what its first `LONGEST` characters say."""
    text = text[:LONGEST]
    writer = _Writer()
    for token in tokens(text):
        writer.add(token)
    words = writer.finish()
    return Normalised(render(words), tuple(words), writer.parameters, writer.lists)


class _Writer:
    """Builds the normalised tokens; `open` is the stack of open brackets: a list, or the function being called."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.open: list[_List | str] = []
        self.parameters = False
        self.lists = False
        self._depth = 0
        self._constant = ("", -9)
        """The last constant and its place, for `'1 day'::interval`."""

    def add(self, token: Token) -> None:
        """Take one token."""
        self._end_of_rows(token.text)
        if token.kind == CONSTANT or token.kind == PARAMETER:
            self._value(token)
        elif token.kind == WORD:
            self.out.append(self._word(token.text))
        elif token.text in ("(", "["):
            self._enter(token.text)
        elif token.text in (")", "]"):
            self._leave(token.text)
        elif token.text == ",":
            if self.open and isinstance(top := self.open[-1], _List):
                self._element(top)
            self._separate()
        elif token.kind == QUOTED and self._names_something():
            self.out.append("?")
        else:
            self.out.append(token.text)

    def finish(self) -> list[str]:
        """All tokens, the last lists closed and trailing semicolons removed."""
        while self.open:
            if isinstance(top := self.open.pop(), _List):
                self._element(top)
        while self.out and self.out[-1] in (";", ","):
            self.out.pop()
        return self.out

    def _value(self, token: Token) -> None:
        self.parameters = self.parameters or token.kind == PARAMETER
        if self.out[-1:] == ["?"] and self._constant[1] == len(self.out) - 1:
            return  # 'one ' 'string' over two lines
        call = next((entry for entry in self.open[-1:] if isinstance(entry, str)), "")
        written = constants.kept(token.value, self.out, call) if token.kind == CONSTANT else "?"
        self._constant = (token.value, len(self.out))
        self.out.append(written)

    def _word(self, word: str) -> str:
        before = self.out[-1] if self.out else ""
        if word in _VALUE_WORDS:
            inside = self.open and (isinstance(self.open[-1], _List) or self._in_rows())
            if (inside and before in ("(", "[", ",")) or (word == "null" and before == "="):
                return "?"
        if word == "interval" and before == "::" and self._constant[1] == len(self.out) - 2:
            self.out[-2] = constants.interval(self._constant[0])
        if word not in ("savepoint", "prepare", "to", "all") and self._names_something():
            return "?"
        return word

    def _names_something(self) -> bool:
        places = _NAMED.get(self.out[0]) if self.out else None
        return places is not None and self.out[-1] in places and len(self.out) < 6

    def _enter(self, bracket: str) -> None:
        before = self.out[-1] if self.out else ""
        self.lists = self.lists or (before in ("in", "values") if bracket == "(" else before == "array")
        if bracket == "(" and before == "values" and self._depth < _MAX_LIST_DEPTH:
            self._depth += 1
            self.open.append(_List(len(self.out), rows=True))
            before = ""
        self.out.append(bracket)
        path = len(self.out) > 2 and self.out[-3] in constants.JSON_STEPS
        starts = (bracket == "(" and before == "in") or (bracket == "[" and before == "array" and not path)
        if starts and self._depth < _MAX_LIST_DEPTH:
            self._depth += 1
            self.open.append(_List(len(self.out), rows=False))
        else:
            self.open.append("[" if bracket == "[" else before)
        self.lists = self.lists or before == "any"

    def _leave(self, bracket: str) -> None:
        if self.open and isinstance(top := self.open[-1], _List) and top.rows:
            self._close(top)
        if self.open:
            top = self.open[-1]
            if isinstance(top, _List):
                self._close(top)
            else:
                self.open.pop()
        self.out.append(bracket)

    def _separate(self) -> None:
        if self.out[-1:] != [","]:
            self.out.append(",")
        if self.open and isinstance(top := self.open[-1], _List):
            top.element = len(self.out)

    def _end_of_rows(self, text: str) -> None:
        """Close the rows of VALUES when something else than a further row follows."""
        top = self.open[-1] if self.open else None
        if isinstance(top, _List) and top.rows and text not in (",", "("):
            self._close(top)

    def _close(self, top: _List) -> None:
        self._element(top)
        if top.rows and self.out[-1:] == [","]:
            self.out.pop()
        self.open.pop()
        self._depth -= 1

    def _element(self, top: _List) -> None:
        """The element that ends here: dropped, with the comma before it, when its like was seen and it holds a value."""
        element = tuple(self.out[top.element :])
        if element in top.seen and "?" in element:
            del self.out[top.element :]
            if self.out[-1:] == [","]:
                self.out.pop()
        else:
            top.seen.add(element)

    def _in_rows(self) -> bool:
        return len(self.open) > 1 and isinstance(above := self.open[-2], _List) and above.rows


def render(words: list[str]) -> str:
    """Tokens as one line; the spacing depends on the tokens alone."""
    parts: list[str] = []
    previous = ""
    for word in words:
        if previous and not _tight(previous, word):
            parts.append(" ")
        parts.append(word)
        previous = word
    return "".join(parts)


def _tight(previous: str, word: str) -> bool:
    if word in _TIGHT_BEFORE or previous in _TIGHT_AFTER:
        return True
    return word == "(" and (previous[0].isalpha() or previous[0] == "_") and previous not in _SPACE_BEFORE_PARENTHESIS
