"""From log entries to executions: which entries belong together, and what counts once.

The three readers hand over entries in file order; this module pairs statements with their durations, attaches parameters, errors
and plans, and gives events in the order in which the executions ended. It holds back the last WINDOW executions, because a plan
may be logged after the execution it belongs to.
"""

from collections import deque
from collections.abc import Iterator

from advisor.model.event import Event
from advisor.sources.postgres_log import plans
from advisor.sources.postgres_log.parameters import of_context, of_detail
from advisor.sources.tags import tagged

WINDOW = 512
"""Executions of other sessions that may come between an execution and its plan. auto_explain logs the plan of a SELECT in the
extended protocol when its portal closes, which is at once outside of transactions and at the session's next statement inside."""

OPEN_SESSIONS = 10_000
"""Sessions whose last statement waits for its duration; more are possible only when connections come and go, and then the
oldest will not speak again."""

SLOWEST_LOGGED_MS = 5.0
"""When nothing shorter than this was logged in FEW_EXECUTIONS or more, a threshold is set: nothing real is never faster."""
FEW_EXECUTIONS = 50


class Draft:
    """An execution that may still learn something from later entries."""

    __slots__ = (
        "application",
        "claimed",
        "database",
        "duration",
        "error",
        "extended",
        "line",
        "parameters",
        "plan",
        "session",
        "source",
        "text",
        "time",
        "transaction",
        "user",
    )

    def __init__(
        self,
        text: str,
        time: float | None,
        session: str,
        who: tuple[str, str, str],
        transaction: str,
        source: str,
        line: int,
        *,
        duration: float | None = None,
        extended: bool = False,
    ) -> None:
        """`who`: user, database, application."""
        self.text = text
        self.time = time
        self.session = session
        self.user, self.database, self.application = who
        # A backend that is in no transaction says 3/0.
        self.transaction = "" if transaction.endswith("/0") else transaction
        self.source = source
        self.line = line
        self.duration = duration
        self.extended = extended
        self.parameters: tuple[str | None, ...] | None = None
        self.plan: str | None = None
        self.error = ""
        self.claimed = False
        """Only for plans: its execution was found, so it is none of its own."""

    def event(self) -> Event:
        """The finished event."""
        tags, trace = tagged(self.text)
        return Event(
            text=self.text,
            time=self.time,
            duration_ms=self.duration,
            database=self.database,
            user=self.user,
            application=self.application,
            session=self.session,
            transaction=self.transaction,
            trace=trace,
            parameters=self.parameters,
            plan=self.plan,
            error=self.error,
            tags=tags,
            source=self.source,
            line=self.line,
        )


class Executions:
    """Puts entries together. Call the method that fits each entry, then iterate `ready()`; `rest()` at the end of the log."""

    def __init__(self) -> None:
        self._queue: deque[Draft] = deque()
        self._latest: dict[str, Draft] = {}
        """Session -> its last execution in the queue."""
        self._waiting: dict[str, Draft] = {}
        """Session -> its statement logged without duration so far."""
        self._plans: dict[str, list[Draft]] = {}
        """Session -> its unclaimed plans in the queue."""
        self._errors: dict[str, tuple[str, tuple[str | None, ...] | None]] = {}
        self.last: Draft | None = None
        """What the previous entry was about: the next DETAIL belongs to it."""
        self.silences = Silences()

    def executed(self, draft: Draft) -> None:
        """An execution with its duration in the same entry."""
        session = draft.session
        if session in self._waiting:
            self._give_up(session)
        if session in self._errors:
            del self._errors[session]
        if session in self._plans:
            self._claim_plans(draft)
        self._complete(draft)
        self.last = draft
        self.silences.timed(draft)

    def announced(self, draft: Draft) -> None:
        """A statement logged before it runs (log_statement): its duration, its error or nothing follows."""
        session = draft.session
        if session in self._waiting:
            self._give_up(session)
        self._errors.pop(session, None)
        self.last = draft
        if not session:
            self.silences.sessionless = True
            self._complete(draft)
            return
        self._waiting[session] = draft
        if len(self._waiting) > OPEN_SESSIONS:
            self._give_up(next(iter(self._waiting)))

    def timed(self, session: str, duration: float, time: float | None) -> None:
        """A duration alone: of the session's announced statement, or of a parse or bind step."""
        self.last = None
        draft = self._waiting.pop(session, None) if session else None
        if draft is None:
            self.silences.bare += 1
            return
        draft.duration, draft.time = duration, time
        if session in self._plans:
            self._claim_plans(draft)
        self._complete(draft)
        self.silences.paired += 1
        self.silences.timed(draft)

    def detailed(self, session: str, detail: str) -> None:
        """DETAIL of the previous entry, if that was of the same session."""
        if self.last is not None and self.last.session == session:
            parameters = of_detail(detail)
            if parameters is not None:
                self.last.parameters = parameters
                self.silences.with_parameters = True

    def planned(self, draft: Draft, body: str) -> bool:
        """A plan of auto_explain (`draft` has its time, duration and no text). False when the plan cannot be read."""
        self.last = None
        logged = plans.read_plan(body)
        if logged is None:
            return False
        draft.text, draft.plan, draft.parameters = logged.text, logged.plan, logged.parameters
        latest = self._latest.get(draft.session)
        if latest is not None and plans.belongs_after(latest, draft):
            latest.plan = draft.plan
            return True
        if plans.of_cursor(draft.text) and self._attach_to_cursor(draft):
            return True
        self._plans.setdefault(draft.session, []).append(draft)
        self._queue.append(draft)
        return True

    def failed(self, session: str, message: str) -> None:
        """The server's error message; the statement follows (`statement_of_error`) or was announced."""
        self.last = None
        if len(self._errors) > OPEN_SESSIONS:
            self._errors.clear()
        self._errors[session] = (message, None)

    def failed_with(self, session: str, context: str) -> None:
        """CONTEXT of a failure: may hold the parameters."""
        if session in self._errors and "$1 = " in context:
            self._errors[session] = (self._errors[session][0], of_context(context))

    def statement_of_error(self, draft: Draft) -> None:
        """STATEMENT under an entry: an execution only if that entry was an error, and not counted again if announced."""
        failure = self._errors.pop(draft.session, None)
        self.last = None
        if failure is None:
            return
        announced = self._waiting.get(draft.session)
        if announced is not None and announced.text == draft.text:
            del self._waiting[draft.session]
            announced.time = draft.time
            draft = announced
        elif announced is not None:
            self._give_up(draft.session)
        draft.error = failure[0]
        draft.parameters = draft.parameters or failure[1]
        self._complete(draft)

    def unrelated(self, session: str = "") -> None:
        """An entry about anything else: a DETAIL that follows is not about the last execution, nor a STATEMENT about the last error."""
        self.last = None
        self._errors.pop(session, None)

    def ready(self) -> Iterator[Event]:
        """Events that nothing can change any more."""
        while len(self._queue) > WINDOW:
            draft = self._queue.popleft()
            if event := self._leave(draft):
                yield event

    def rest(self) -> Iterator[Event]:
        """Everything that is left, at the end of the log."""
        for session in list(self._waiting):
            self._give_up(session)
        while self._queue:
            if event := self._leave(self._queue.popleft()):
                yield event

    def _complete(self, draft: Draft) -> None:
        self._latest[draft.session] = draft
        self._queue.append(draft)

    def _give_up(self, session: str) -> None:
        """The session went on: its announced statement failed, or ran and its time was not logged."""
        draft = self._waiting.pop(session)
        if session in self._errors:
            draft.error, parameters = self._errors.pop(session)
            draft.parameters = draft.parameters or parameters
        elif session in self._plans:
            self._claim_plans(draft)
        self._complete(draft)
        self.silences.untimed += 1

    def _leave(self, draft: Draft) -> Event | None:
        """Forget a draft that leaves the queue; its event, unless it is a plan whose execution was found."""
        session = draft.session
        if self._latest.get(session) is draft:
            del self._latest[session]
        mine = self._plans.get(session)
        if mine and mine[0] is draft:
            del mine[0]
            if not mine:
                del self._plans[session]
        return None if draft.claimed else draft.event()

    def _claim_plans(self, draft: Draft) -> None:
        """Plans logged before their execution; of a string of several statements the last plan is kept."""
        mine = self._plans.pop(draft.session)
        for plan in mine:
            if plans.belongs_before(plan, draft):
                draft.plan, plan.claimed = plan.plan, True
                draft.parameters = draft.parameters or plan.parameters

    def _attach_to_cursor(self, plan: Draft) -> bool:
        """The plan of a cursor is logged when it closes, after its FETCHes: look further back for its DECLARE."""
        for draft in reversed(self._queue):
            if draft.session == plan.session and draft.text == plan.text:
                draft.plan = draft.plan or plan.plan
                return True
        return False


class Silences:
    """What the log settings hide; becomes the notes of the source."""

    def __init__(self) -> None:
        self.sessionless = False
        self.bare = 0
        self.paired = 0
        self.untimed = 0
        self._timed = 0
        self._shortest: float | None = None
        self._extended = 0
        self.with_parameters = False

    def timed(self, draft: Draft) -> None:
        """One more execution whose duration is known."""
        self._timed += 1
        duration = draft.duration
        if duration is not None and (self._shortest is None or duration < self._shortest):
            self._shortest = duration
        self._extended += draft.extended and "$1" in draft.text

    def notes(self) -> Iterator[str]:
        """Sentences for the report."""
        if self.sessionless:
            yield (
                "no session in the log_line_prefix (%p or %c): durations logged apart from their statement, transactions and "
                "loops of one session cannot be known"
            )
        if self.bare and not self.paired:
            yield (
                f"{self.bare} durations without a statement (log_duration without log_statement): what ran is not known; "
                "use log_min_duration_statement"
            )
        if self.untimed and not self.sessionless:
            yield f"{self.untimed} statements have no duration in the log"
        if self._timed >= FEW_EXECUTIONS and self._shortest is not None and self._shortest >= SLOWEST_LOGGED_MS:
            yield (
                f"nothing shorter than {self._shortest:.0f} ms was logged (log_min_duration_statement): "
                "fast statements that run often are not seen"
            )
        if self._extended and not self.with_parameters:
            yield "no parameters were logged (log_parameter_max_length): distinct values are unknown"
