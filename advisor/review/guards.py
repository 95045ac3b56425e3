"""Guards: statements of a migration that drop what a failed build left, or check that an index came out valid.

A guard is known by the catalogue column that it has to read. One that names indexes of the migration guards those; one that
names none guards all of them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from advisor.engines.postgres.ddl.statements import CreateIndex, DropIndex, Statement

VALIDITY = "indisvalid"
_WORD = re.compile(r"[\w$]+")
_DROPS = re.compile(r"drop\s+index", re.IGNORECASE)
_RAISE = re.compile(r"\braise\s+exception\b", re.IGNORECASE)
"""A check may name DROP INDEX in its message; what raises does not drop."""

_ANY = ""
_NEVER = -1


@dataclass
class Guards:
    """Statement numbers by index name, `` for guards of all indexes."""

    first_drop: dict[str, int] = field(default_factory=dict)
    last_check: dict[str, int] = field(default_factory=dict)

    def drops_before(self, create: CreateIndex, number: int) -> bool:
        """Is a leftover of this index dropped before statement `number`?"""
        return any(self.first_drop.get(name, number) < number for name in _names(create))

    def checks_after(self, create: CreateIndex, number: int) -> bool:
        """Is the validity of this index looked at after statement `number`, there or in the verify file?"""
        return any(self.last_check.get(name, _NEVER) > number for name in _names(create))


def find_guards(names: Iterable[str], statements: Sequence[Statement], verify: Sequence[Statement]) -> Guards:
    """The guards among the `statements` of a file and those of its `verify` file, for the indexes called `names`."""
    guards = Guards()
    known = set(names)
    odd = [name for name in known if not _WORD.fullmatch(name)]
    for number, statement in enumerate([*statements, *verify]):
        if isinstance(statement, DropIndex):
            for dropped in statement.names:
                guards.first_drop.setdefault(dropped.name.text, number)
        elif VALIDITY in statement.text.lower() and not isinstance(statement, CreateIndex):
            named = known.intersection(_WORD.findall(statement.text)) or {n for n in odd if n in statement.text}
            drops = _DROPS.search(statement.text) is not None and _RAISE.search(statement.text) is None
            for name in named or {_ANY}:
                if drops:
                    guards.first_drop.setdefault(name, number)
                else:
                    guards.last_check[name] = number
    return guards


def _names(create: CreateIndex) -> tuple[str, ...]:
    return (create.name.name.text, _ANY) if create.name else (_ANY,)
