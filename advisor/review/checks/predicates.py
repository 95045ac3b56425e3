"""Predicates against the columns: types that do not compare, keys that the predicate makes pointless (MIG521-523)."""

import re
from collections.abc import Iterator

from advisor.engines.postgres.ddl.expressions import conditions, pinned_columns, ranged_columns
from advisor.engines.postgres.ddl.statements import CreateIndex
from advisor.review.context import Context, Step
from advisor.review.registry import Observation, check
from advisor.review.relations import listed, meant_column

_BOOLEAN_NAME = re.compile(r"([Ii]s|[Hh]as|[Cc]an|[Ww]as|[Ss]hould)(_\w+|[A-Z]\w*)")
_NUMBER_OF = re.compile(r"\s*=\s*([01])\b")


@check("MIG521", CreateIndex)
def predicate_type_mismatch(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    """By the column's type where a catalogue says it (a certain error); else by a name that is a boolean's (a warning)."""
    table = context.meant_table(create.table)
    for condition in conditions(create.predicate):
        if condition.value != "integer" or condition.operator not in ("=", "other"):
            continue
        column = meant_column(table, condition.column) if table else None
        written = _as_written(create.predicate, condition.column)
        if column and column.type == "boolean":
            yield Observation(
                f"{written} is boolean and is compared with an integer: the server has no such operator",
                subject=create.label,
                fix=_repaired(create.predicate, written),
            )
        elif column is None and _BOOLEAN_NAME.fullmatch(written.strip('"')) and _compared_with_bit(create, written):
            yield Observation(
                f"{written} looks like a boolean and is compared with an integer",
                subject=create.label,
                severity="warning",
                fix=_repaired(create.predicate, written),
            )


@check("MIG522", CreateIndex)
def predicate_pins_key_column(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    pinned = [part.key.column for part in create.keys if part.key.column in pinned_columns(create.predicate)]
    if pinned:
        yield Observation(
            f"the predicate of {create.label} leaves one value of {listed(pinned)}, which the key repeats in every entry",
            subject=create.label,
        )


@check("MIG523", CreateIndex)
def range_column_in_key_and_predicate(step: Step, create: CreateIndex, context: Context) -> Iterator[Observation]:
    ranged = [part.key.column for part in create.keys if part.key.column in ranged_columns(create.predicate)]
    if ranged:
        yield Observation(
            f"{create.label} has {listed(ranged)} in its key and a range of it in its predicate: only queries whose own "
            "constant proves that range can use the index",
            subject=create.label,
        )


def _as_written(predicate: str, column: str) -> str:
    match = re.search(rf'"{re.escape(column)}"|\b{re.escape(column)}\b', predicate, re.IGNORECASE)
    return match[0] if match else column


def _compared_with_bit(create: CreateIndex, written: str) -> bool:
    return re.search(re.escape(written) + _NUMBER_OF.pattern, create.predicate) is not None


def _repaired(predicate: str, written: str) -> str:
    truth = {"0": "NOT ", "1": ""}
    repaired = re.sub(re.escape(written) + _NUMBER_OF.pattern, lambda match: truth[match[1]] + written, predicate)
    return f"WHERE {repaired}" if repaired != predicate else ""
