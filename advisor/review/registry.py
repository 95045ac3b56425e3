"""Which function checks which rule. Explicit: a check names its rule and the statements it looks at; doubles are refused.

A check yields `Observation`s; the registry's caller turns them into findings with the rule's severity and the place.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from advisor.engines.postgres.ddl.statements import Statement
from advisor.review.context import Context, File, Step


@dataclass(frozen=True)
class Observation:
    """What a check saw. `message` states the fact about this statement, with names."""

    message: str
    subject: str = ""
    line: int = 0
    column: int = 0
    """Where it is when that is not the beginning of the statement."""
    severity: str = ""
    """When it differs from the rule's."""
    fix: str = ""
    """The repair for this very statement, when it is better than the rule's own sentence."""
    step: Step | None = None
    """The statement it is about, for checks that look at a whole file or at all of them."""
    evidence: dict[str, Any] = field(default_factory=dict)


StatementCheck = Callable[[Step, Any, Context], Iterator[Observation]]
FileCheck = Callable[[File, Context], Iterator[Observation]]
BatchCheck = Callable[[list[Step], Context], Iterator[Observation]]

STATEMENT_CHECKS: dict[str, tuple[tuple[type[Statement], ...], StatementCheck]] = {}
FILE_CHECKS: dict[str, FileCheck] = {}
BATCH_CHECKS: dict[str, BatchCheck] = {}
WAIVER_RULES = ("MIG911", "MIG912", "MIG913")
"""Checked by `advisor.review.waivers`, which knows what was waived."""


def check(rule: str, *statements: type[Statement]) -> Callable[[StatementCheck], StatementCheck]:
    """Register a check of single statements of these types: `(step, statement, context)`."""

    def register(function: StatementCheck) -> StatementCheck:
        _refuse_double(rule)
        STATEMENT_CHECKS[rule] = (statements, function)
        return function

    return register


def check_file(rule: str) -> Callable[[FileCheck], FileCheck]:
    """Register a check of whole files: `(file, context)`."""

    def register(function: FileCheck) -> FileCheck:
        _refuse_double(rule)
        FILE_CHECKS[rule] = function
        return function

    return register


def check_batch(rule: str) -> Callable[[BatchCheck], BatchCheck]:
    """Register a check over the statements of all files of one folder: `(steps, context)`."""

    def register(function: BatchCheck) -> BatchCheck:
        _refuse_double(rule)
        BATCH_CHECKS[rule] = function
        return function

    return register


def checked_rules() -> set[str]:
    """Ids of all rules that have a check."""
    return {*STATEMENT_CHECKS, *FILE_CHECKS, *BATCH_CHECKS, *WAIVER_RULES}


def _refuse_double(rule: str) -> None:
    if rule in checked_rules():
        raise ValueError(f"rule {rule} has two checks")
