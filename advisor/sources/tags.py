"""Comments that frameworks put into statements: sqlcommenter's `/*key='value'*/` and Rails' older `/*key:value*/`."""

import re
from functools import lru_cache
from urllib.parse import unquote

_COMMENT = re.compile(r"/\*(?!\+)(.*?)\*/", re.DOTALL)
_QUOTED = re.compile(r"\s*([\w.%-]+)\s*=\s*'((?:[^'\\]|\\.|'')*)'\s*(?:,|\Z)")
_PLAIN = re.compile(r"\s*([A-Za-z_][\w.-]*)\s*[:=]\s*([^,'\"]*?)\s*(?:,|\Z)")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

EDGE_CHARACTERS = 4096
"""Tags stand at the beginning or the end; a comment in the middle of a long statement is somebody's prose."""


def read_tags(text: str) -> tuple[dict[str, str], str]:
    """The tags of a statement and its W3C trace id (empty when there is none). Call it only when `/*` is in `text`.

    The dictionary may be shared between statements with the same comment: do not change it.
    """
    comments = _COMMENT.findall(text if len(text) <= 2 * EDGE_CHARACTERS else _edges(text))
    if len(comments) == 1:
        return _read_comment(comments[0])
    tags: dict[str, str] = {}
    trace = ""
    for comment in comments:
        found, of_this = _read_comment(comment)
        tags, trace = {**tags, **found}, of_this or trace
    return tags, trace


@lru_cache(4096)
def _read_comment(comment: str) -> tuple[dict[str, str], str]:
    tags = _pairs(comment)
    trace = _TRACEPARENT.fullmatch(tags.get("traceparent", ""))
    return tags, trace[1] if trace else ""


def _edges(text: str) -> str:
    return f"{text[:EDGE_CHARACTERS]}\n{text[-EDGE_CHARACTERS:]}"


def _pairs(comment: str) -> dict[str, str]:
    """All of the comment must be pairs of one kind, or it is prose."""
    for pattern, quoted in ((_QUOTED, True), (_PLAIN, False)):
        found: dict[str, str] = {}
        place = 0
        while place < len(comment) and (match := pattern.match(comment, place)):
            key, value = match.groups()
            found[unquote(key)] = unquote(value.replace("\\'", "'").replace("''", "'")) if quoted else value
            place = match.end()
        if found and not comment[place:].strip():
            return found
    return {}
