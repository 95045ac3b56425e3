"""Parameter lists as the server writes them under an execution: `$1 = 'it''s', $2 = NULL`."""

import re

from advisor.sources.postgres_log.words import PARAMETER_LIST, PARAMETERS_IN_CONTEXT

_VALUES = re.compile(r"\$\d+ = (?:'([^']*(?:''[^']*)*)'|(NULL))")

USUAL = ("parameters: $1 = ", "Parameters: $1 = ")


def parse_parameters(text: str) -> tuple[str | None, ...]:
    """The values of a list that starts with `$1 = `; None for NULL. A list that was cut off gives what is whole."""
    found = _VALUES.findall(text)
    if "''" in text:
        return tuple(None if null else value.replace("''", "'") for value, null in found)
    return tuple([None if null else value for value, null in found])


def of_detail(detail: str) -> tuple[str | None, ...] | None:
    """The parameters in the DETAIL of an execution, in any language; None when it is about something else."""
    if detail.startswith(USUAL):
        return parse_parameters(detail)
    match = PARAMETER_LIST.match(detail)
    return parse_parameters(detail[match.end() :]) if match else None


def of_context(context: str) -> tuple[str | None, ...] | None:
    """The parameters in the CONTEXT of a failed execution; None when it is about something else."""
    match = PARAMETERS_IN_CONTEXT.match(context)
    return parse_parameters(context[match.end() :]) if match else None
