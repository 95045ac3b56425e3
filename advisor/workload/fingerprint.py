"""Fingerprint: the stable name of a query shape, equal for equal normalised text in the same database.

The id is the first 64 bits of BLAKE2b over engine, database and normalised text, separated by NUL, in hexadecimal. It depends
on nothing but `lexer`, `constants` and `normalise`, whose results `tests/golden/fingerprints.tsv` pins: baselines and
digests written by one version must be readable by the next.
"""

from hashlib import blake2b
from typing import NamedTuple

from advisor.workload.normalise import normalise

_VERBS = frozenset(("select", "insert", "update", "delete", "merge"))
_CONTROL = frozenset(
    "begin start commit end rollback abort savepoint release set show reset deallocate discard declare fetch move close "
    "listen unlisten notify lock checkpoint load prepare".split()
)
_UTILITY = frozenset(
    "create alter drop truncate comment grant revoke copy vacuum analyze analyse explain cluster reindex refresh call do "
    "execute import security reassign".split()
)


class Fingerprint(NamedTuple):
    """`id` is 16 hexadecimal digits, `text` the normalised statement, `kind` as in `model.workload.Shape`."""

    id: str
    text: str
    kind: str


def fingerprint(text: str, *, engine: str = "postgres", database: str = "") -> Fingerprint:
    """The fingerprint of a statement; any text has one, also a statement that was cut off."""
    normalised = normalise(text)
    return Fingerprint(shape_id(normalised.text, engine, database), normalised.text, statement_kind(normalised.words))


def shape_id(normalised: str, engine: str, database: str) -> str:
    """16 hexadecimal digits for a normalised text in one database of one engine."""
    content = f"{engine}\0{database}\0{normalised}".encode("utf-8", "surrogatepass")
    return blake2b(content, digest_size=8).hexdigest()


def statement_kind(words: tuple[str, ...]) -> str:
    """`select`, `insert`, `update`, `delete`, `merge`, `utility`, `control` or `other`, from the normalised tokens."""
    first = next((word for word in words if word != "("), "")
    if first in _VERBS:
        return first
    if first in ("values", "table"):
        return "select"
    if first == "with":
        return _verb_after_with(words)
    if first in _CONTROL:
        return "control"
    return "utility" if first in _UTILITY else "other"


def _verb_after_with(words: tuple[str, ...]) -> str:
    """The verb of the statement proper: the first one outside all parentheses."""
    depth = 0
    for word in words:
        if word in ("(", ")"):
            depth += 1 if word == "(" else -1
        elif depth == 0 and word in _VERBS:
            return word
    return "select"
