"""Parameter lists as the server writes them under an execution: `$1 = 'it''s', $2 = NULL`."""

import re

from advisor.sources.postgres_log.words import PARAMETER_LIST, PARAMETERS_IN_CONTEXT

_ONE = re.compile(r"\$\d+ = (?:'([^']*(?:''[^']*)*)'|NULL)")


def parse_parameters(text: str) -> tuple[str | None, ...]:
    """The values of a list that starts with `$1 = `; None for NULL. A list that was cut off gives what is whole."""
    values: list[str | None] = [match[1] for match in _ONE.finditer(text)]
    if "''" in text:
        values = [value.replace("''", "'") if value else value for value in values]
    return tuple(values)


def of_detail(detail: str) -> tuple[str | None, ...] | None:
    """The parameters in the DETAIL of an execution, in any language; None when it is about something else."""
    match = PARAMETER_LIST.match(detail)
    return parse_parameters(detail[match.end() :]) if match else None


def of_context(context: str) -> tuple[str | None, ...] | None:
    """The parameters in the CONTEXT of a failed execution; None when it is about something else."""
    match = PARAMETERS_IN_CONTEXT.match(context)
    return parse_parameters(context[match.end() :]) if match else None
