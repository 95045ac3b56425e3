"""Plans of auto_explain in the log: their query text, and which execution they belong to."""

import re
from typing import NamedTuple

import msgspec

from advisor.sources.postgres_log.draft import Draft
from advisor.sources.postgres_log.parameters import parse_parameters

QUERY_TEXT = "Query Text: "
QUERY_PARAMETERS = "Query Parameters: "

_PLAN_BEGINS = re.compile(r"\n(?=(?:[A-Z][^\n]*?  \(cost=\d|[A-Z][\w ]+(?: on [^\n]*)?\n  ->  ))")
"""The root node: the first line, unindented, that carries a cost. Nothing in the log separates it from the statement."""
_PREPARE = re.compile(r"\s*prepare\s", re.IGNORECASE)
_EXECUTE = re.compile(r"\s*execute\s", re.IGNORECASE)
_CURSOR = re.compile(r"\s*declare\s", re.IGNORECASE)


class LoggedPlan(NamedTuple):
    """Statement, EXPLAIN output (JSON or text) and parameters, if PostgreSQL 16 or later logged them."""

    text: str
    plan: str
    parameters: tuple[str | None, ...] | None


class _Json(msgspec.Struct):
    text: str = msgspec.field(name="Query Text", default="")
    parameters: str = msgspec.field(name="Query Parameters", default="")
    plan: msgspec.Raw = msgspec.field(name="Plan", default=msgspec.Raw())


_decoder = msgspec.json.Decoder(_Json)


def read_plan(body: str) -> LoggedPlan | None:
    """Read what follows `plan:`. None when it was cut off or is in a format that is not read (XML, YAML)."""
    body = body.strip("\r\n")
    if body.startswith("{"):
        try:
            document = _decoder.decode(body.encode("utf-8", "replace"))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None
        if not bytes(document.plan):
            return None
        parameters = parse_parameters(document.parameters) if document.parameters else None
        return LoggedPlan(document.text, body, parameters)
    if not body.startswith(QUERY_TEXT):
        return None
    begin = _PLAN_BEGINS.search(body)
    if begin is None:
        return None
    text, plan = body[len(QUERY_TEXT) : begin.start()], body[begin.end() :]
    text, found, listed = text.rpartition("\n" + QUERY_PARAMETERS)
    if found:
        return LoggedPlan(text, plan, parse_parameters(listed))
    return LoggedPlan(listed, plan, None)


def belongs_after(execution: Draft, plan: Draft) -> bool:
    """Whether a plan is that of the session's previous execution: so it is for SELECTs of the extended protocol."""
    return (
        execution.extended
        and execution.plan is None
        and not execution.error
        and execution.text == plan.text
        and not _shorter(execution, plan)
    )


def belongs_before(plan: Draft, execution: Draft) -> bool:
    """Whether a plan is that of the execution which ends now. A prepared statement run by EXECUTE is planned under PREPARE's text."""
    if plan.text == execution.text:
        return True
    return bool(_PREPARE.match(plan.text) and _EXECUTE.match(execution.text))


def of_cursor(text: str) -> bool:
    """Whether the plan is one of a cursor."""
    return _CURSOR.match(text) is not None


def _shorter(execution: Draft, plan: Draft) -> bool:
    """An execution that took less time than the plan cannot contain it."""
    return execution.duration is not None and plan.duration is not None and execution.duration < plan.duration
