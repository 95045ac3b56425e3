"""What a statement is to the search for loops: data, a boundary of a unit of work, or noise; and how it selects.

Everything here is decided from the normalised tokens, once per shape.
"""

from itertools import pairwise
from typing import NamedTuple

DATA, BEGIN, END, CUT, RESET, SCHEMA, NOISE = "data", "begin", "end", "cut", "reset", "schema", "noise"

_TRANSACTION_ENDS = frozenset(("commit", "end", "rollback", "abort"))
_SCHEMA_VERBS = frozenset(("create", "alter", "drop", "truncate", "reindex", "refresh"))
_SERVER_CALLS = ("pg_", "set_config", "current_", "version", "nextval", "setval", "now", "txid_", "inet_")
_COMPARISONS = frozenset((">", "<", ">=", "<="))


class Traits(NamedTuple):
    """`role` is one of the constants above; the rest says how a data statement chooses its rows."""

    role: str
    keyset: bool = False
    """Compares with a value, orders and limits: the next page of a result, or a range of keys."""
    ranged: bool = False
    """BETWEEN two values."""
    offset: bool = False
    skip_locked: bool = False
    unnest: bool = False
    """Takes whole arrays: many rows in one execution."""


def traits(words: tuple[str, ...], kind: str) -> Traits:
    """The traits of a normalised statement of that kind (see `fingerprint.statement_kind`)."""
    role = _role(words, kind)
    if role != DATA:
        return Traits(role)
    compares = any(word in _COMPARISONS and _value_follows(words, at) for at, word in enumerate(words))
    return Traits(
        role,
        keyset=compares and "order" in words and ("limit" in words or "fetch" in words),
        ranged=any(word == "between" and words[at + 1 : at + 4] == ("?", "and", "?") for at, word in enumerate(words)),
        offset="offset" in words,
        skip_locked="skip" in words and "locked" in words,
        unnest="unnest" in words,
    )


def _value_follows(words: tuple[str, ...], at: int) -> bool:
    """Whether a value stands right of the comparison: `id > ?` or `(a, b) > (?, ?)`."""
    return words[at + 1 : at + 2] == ("?",) or words[at + 1 : at + 3] == ("(", "?")


def _role(words: tuple[str, ...], kind: str) -> str:
    first = words[0] if words else ""
    if kind == "control":
        return _control(words)
    if kind == "utility":
        return SCHEMA if first in _SCHEMA_VERBS else NOISE
    if kind == "other":
        return NOISE if words else RESET
    if _reads_catalog(words):
        return NOISE
    if kind == "select" and "from" not in words:
        if words == ("select", "?"):
            return RESET
        return NOISE if len(words) < 2 or words[1].startswith(_SERVER_CALLS) or "(" not in words else DATA
    return DATA


def _control(words: tuple[str, ...]) -> str:
    first = words[0]
    if first in ("begin", "start"):
        return BEGIN
    if first == "rollback" and "to" in words[1:4]:
        return CUT
    if first in _TRANSACTION_ENDS:
        return END
    if first == "discard" or words[:2] in (("reset", "all"), ("deallocate", "all"), ("unlisten", "*")):
        return RESET
    return RESET if first == "set" and "application_name" in words else NOISE


def _reads_catalog(words: tuple[str, ...]) -> bool:
    for before, word in pairwise(words):
        if before in ("from", "join", ",") and (word.startswith("pg_") or word == "information_schema"):
            return True
    return False
