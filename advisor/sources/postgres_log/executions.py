"""From log entries to executions: which entries belong together, and what counts once.

The three readers hand over entries in file order; this module pairs statements with their durations, attaches parameters, errors
and plans, and gives events in the order in which the executions ended. It holds back the last WINDOW executions, because a plan
may be logged after the execution it belongs to.
"""

from collections import deque

from advisor.model.event import Event
from advisor.sources.postgres_log import plans
from advisor.sources.postgres_log.draft import Draft
from advisor.sources.postgres_log.parameters import of_context, of_detail
from advisor.sources.postgres_log.silences import Silences

WINDOW = 512
"""Executions of other sessions that may come between an execution and its plan. auto_explain logs the plan of a SELECT in the
extended protocol when its portal closes, which is at once outside of transactions and at the session's next statement inside."""

OPEN_SESSIONS = 10_000
"""Sessions whose last statement waits for its duration; more are possible only when connections come and go, and then the
oldest will not speak again."""


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
        self._latest[session] = self.last = draft
        self._queue.append(draft)
        self._measured(draft)

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
        self._measured(draft)

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
        if not draft.session and self._fail_announced(draft.text, failure[0]):
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

    def _fail_announced(self, text: str, error: str) -> bool:
        """Without sessions, the failed statement is the last one that was announced with the same text."""
        for draft in reversed(self._queue):
            if draft.text == text and draft.duration is None and not draft.error:
                draft.error = error
                return True
        return False

    def unrelated(self, session: str = "") -> None:
        """An entry about anything else: a DETAIL that follows is not about the last execution, nor a STATEMENT about the last error."""
        self.last = None
        self._errors.pop(session, None)

    def ready(self) -> list[Event]:
        """Events that nothing can change any more."""
        return self._leaving(WINDOW)

    def rest(self) -> list[Event]:
        """Everything that is left, at the end of the log."""
        for session in list(self._waiting):
            self._give_up(session)
        return self._leaving(0)

    def _leaving(self, kept: int) -> list[Event]:
        """The oldest drafts but for `kept`, except plans whose execution was found."""
        queue, latest, sessions_with_plans = self._queue, self._latest, self._plans
        events = []
        for _ in range(len(queue) - kept):
            draft = queue.popleft()
            session = draft.session
            if latest.get(session) is draft:
                del latest[session]
            if session in sessions_with_plans:
                self._forget_plan(draft)
            if not draft.claimed:
                events.append(draft.event())
        return events

    def _measured(self, draft: Draft) -> None:
        """Keep count of what the log shows of an execution that has its duration."""
        silences, duration = self.silences, draft.duration
        silences.timed += 1
        if duration is not None and duration < silences.shortest:
            silences.shortest = duration
        if not silences.with_parameters and draft.extended and "$1" in draft.text:
            silences.placeholders += 1

    def _forget_plan(self, plan: Draft) -> None:
        mine = self._plans[plan.session]
        if mine[0] is plan:
            del mine[0]
            if not mine:
                del self._plans[plan.session]

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
