"""Finding: one thing a rule saw, with the evidence for it."""

from typing import Any

import msgspec

SEVERITIES = ("info", "warning", "error")
"""In rising order; `--fail-on` names one of them."""


class Location(msgspec.Struct, frozen=True, order=True):
    """A place in a file the user gave us or keeps; lines and columns start at 1, 0 = unknown."""

    file: str
    line: int = 0
    column: int = 0


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says about one subject. `message` states the fact with names and numbers; the why is the rule's."""

    rule: str
    severity: str
    message: str
    subject: str = ""
    """What it is about: a relation, an index, a shape id, a file."""
    engine: str = "postgres"
    database: str = ""
    shapes: tuple[str, ...] = ()
    evidence: dict[str, Any] = {}
    locations: tuple[Location, ...] = ()
    waived: str = ""
    """Reason given in an `advisor:ignore` comment or a decision; a waived finding is shown and does not fail."""
