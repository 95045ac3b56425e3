"""The values of one execution: whether they differ from another's, how long its lists are, which of them vary.

Values are compared by their hash within one unit of work and then forgotten.
"""

import re
from collections.abc import Iterable

from advisor.model.event import Event
from advisor.workload.lexer import CONSTANT, PARAMETER, tokens
from advisor.workload.literal_free import without_outer_comment
from advisor.workload.shapes import ShapeCount

ROW_EDGE = re.compile(r"\)\s*,\s*\(")
"""Between two rows of VALUES."""


def value_hash(shape: ShapeCount, event: Event) -> int | None:
    """A hash of the values of an execution; None when they are parameters that the log does not show."""
    if shape.placeholders and event.parameters is None:
        return None
    text = event.text
    if "/*" in text:
        text = without_outer_comment(text)
        if "/*" in text:
            return hash((tuple(token.value for token in tokens(text) if token.kind == CONSTANT), event.parameters))
    return hash((text, event.parameters))


def list_length(shape: ShapeCount, event: Event) -> int:
    """About how many values the lists of an execution hold: the commas that its normalised text does not have."""
    commas = event.text.count(",") - shape.commas
    for value in event.parameters or ():
        if value and value[0] == "{":
            commas += value.count(",")
    return max(0, commas) + 1


def is_paging(shape: ShapeCount, events: Iterable[Event], enough: int) -> bool:
    """Whether only the position in one result varies: no column that is compared by `=` has `enough` different values.

    A statement whose values cannot be told apart counts as paging: silence is the safer error here.
    """
    keys: dict[int, set[str | None]] = {}
    marks = [at for at, word in enumerate(shape.words) if word == "?" or word[0] in "'-0123456789"]
    equal = [place for place, at in enumerate(marks) if at and shape.words[at - 1] == "="]
    for event in events:
        values = _values(event)
        if len(values) != len(marks):
            return True
        for place in equal:
            keys.setdefault(place, set()).add(values[place])
    return not any(len(found) >= enough for found in keys.values())


def _values(event: Event) -> list[str | None]:
    """Constants and parameters in the order of the text; a parameter that is not logged is None."""
    values: list[str | None] = []
    parameters = event.parameters or ()
    position = 0
    for token in tokens(event.text):
        if token.kind == CONSTANT:
            values.append(token.value)
        elif token.kind == PARAMETER:
            digits = token.text[1:] if token.text[0] == "$" else ""
            place = int(digits) - 1 if digits.isdigit() else position
            values.append(parameters[place] if 0 <= place < len(parameters) else None)
            position += 1
    return values
