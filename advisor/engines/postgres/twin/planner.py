"""Asking the planner: one connection of the twin's own role, one EXPLAIN a transaction, nothing ever executed.

The statement comes from a log, so it is hostile. It is sent alone through the extended protocol, which refuses a second
statement; behind EXPLAIN, which refuses utility commands; in a transaction that may not write and is rolled back; by a role
that is no superuser, so that a function which the planner evaluates cannot leave the server either.
"""

import itertools
import re
from collections.abc import Sequence

import msgspec
import psycopg
from psycopg import pq

from advisor.engines.postgres.plan.build import build_plan
from advisor.engines.postgres.twin.site import Site
from advisor.errors import InputError, NotPlannable
from advisor.model.plan import Plan

PLANNING_TIMEOUT = "10s"
GENERIC_PLAN = 160000
"""First version with EXPLAIN (GENERIC_PLAN)."""

SWITCH_FUNCTION = """
CREATE SCHEMA advisor_twin;
CREATE FUNCTION advisor_twin.switch(wanted pg_catalog.oid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  UPDATE pg_catalog.pg_index SET indisvalid = NOT indisvalid
  WHERE indexrelid OPERATOR(pg_catalog.=) ANY (wanted) AND indexrelid OPERATOR(pg_catalog.>=) 16384;
END $$;
GRANT USAGE ON SCHEMA advisor_twin TO PUBLIC;
"""

_MARK = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\?(?![|&])""")
_LAST_WORD = re.compile(r"(\w+)\s*$")
_BEFORE_A_VALUE = frozenset(
    "and any between by case else ilike in interval like limit not offset on or returning select similar then to values"
    " when where".split()
)
_PARAMETER = re.compile(r"\$(\d+)")
_Parameters = Sequence[str | None] | None


class Planner:
    """A connection that plans. Close it with `close`; open a new one after files or statistics have changed."""

    def __init__(self, site: Site) -> None:
        self._connection = site.owner()
        self._version = site.version
        self._connection.execute(f"SET statement_timeout = '{PLANNING_TIMEOUT}'".encode())

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def plan(self, text: str, parameters: _Parameters = None, switched: Sequence[int] = (), options: str = "") -> Plan:
        """The plan of `text` with the indexes `switched` (oids) turned over: valid ones off, invalid ones on.

        `parameters` are bound; without them a text with `$1` is planned generically. `options` are constant SET LOCAL
        statements of the caller. Raises NotPlannable with the server's words.
        """
        if "\0" in text:
            raise NotPlannable("the statement contains a zero byte")
        if parameters is None and _PARAMETER.search(text):
            return self._generic(text, switched, options)
        try:
            return self._ask(f"EXPLAIN (FORMAT JSON) {text}", parameters, switched, options)
        except NotPlannable:
            if parameters and _PARAMETER.search(text):
                return self._generic(text, switched, options)
            raise

    def _generic(self, text: str, switched: Sequence[int], options: str) -> Plan:
        if self._version >= GENERIC_PLAN:
            return self._ask(f"EXPLAIN (FORMAT JSON, GENERIC_PLAN) {text}", None, switched, options, alone=False)
        # Nulls stand for the parameters; the forced generic plan does not look at them.
        nulls = ", ".join(["NULL"] * max(int(found) for found in _PARAMETER.findall(text)))
        options += "SET LOCAL plan_cache_mode = force_generic_plan;"
        execute = f"EXPLAIN (FORMAT JSON) EXECUTE advisor_statement({nulls})"
        try:
            return self._ask(execute, None, switched, options, before=f"PREPARE advisor_statement AS {text}")
        finally:
            self._connection.pgconn.exec_(b"DEALLOCATE ALL")

    def _ask(
        self,
        query: str,
        parameters: _Parameters,
        switched: Sequence[int],
        options: str = "",
        *,
        before: str = "",
        alone: bool = True,
    ) -> Plan:
        connection = self._connection.pgconn
        begin = "BEGIN READ ONLY;"
        if switched:
            oids = ",".join(str(int(oid)) for oid in switched)
            begin = f"BEGIN; SELECT advisor_twin.switch('{{{oids}}}'); SET TRANSACTION READ ONLY;"
        values = None if parameters is None else [None if p is None else p.encode() for p in parameters]
        try:
            self._checked(connection.exec_((begin + options).encode()))
            if before:
                self._checked(connection.exec_params(before.encode(), None))
            if alone:
                result = connection.exec_params(query.encode(), values)
            else:
                # GENERIC_PLAN takes no bound values, not even nulls, so it needs the simple protocol. The server has
                # parsed these very bytes as one statement before: parsing refuses a second one.
                self._checked(connection.prepare(b"", query.encode()))
                result = connection.exec_(query.encode())
            return _plan(self._checked(result).get_value(0, 0) or b"")
        except (psycopg.OperationalError, UnicodeEncodeError) as error:
            raise NotPlannable(f"the statement could not be planned: {type(error).__name__}") from error
        finally:
            connection.exec_(b"ROLLBACK")

    def _checked(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            return result
        words = result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or result.error_message or b"no answer"
        raise NotPlannable(words.decode(errors="replace").strip() or "no answer")


def numbered(normalised: str) -> str:
    """A normalised text with its `?` as `$1`, `$2` ...; the operator `?` stays, told by what stands before it."""
    count = itertools.count(1)

    def replacement(found: re.Match[str]) -> str:
        before = normalised[max(0, found.start() - 20) : found.start()].rstrip()
        word = _LAST_WORD.search(before)
        is_value = word[1].lower() in _BEFORE_A_VALUE if word else before[-1:] in tuple("(,[=<>+-*/~%|&@#")
        return f"${next(count)}" if found[0] == "?" and is_value else found[0]

    return _MARK.sub(replacement, normalised)


def _plan(raw: bytes) -> Plan:
    try:
        documents = msgspec.json.decode(raw)
        if isinstance(documents, list) and documents and isinstance(documents[0], dict):
            return build_plan(documents[0], "")
    except (msgspec.DecodeError, RecursionError, InputError):
        pass
    raise NotPlannable("the server explains this statement without a plan")
