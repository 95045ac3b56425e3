"""Event: one observed execution of a statement, as a source saw it."""

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One execution (or, from pg_stat_statements and `.sql` files, `calls` executions already summed up).

    Times are epoch seconds in UTC; durations are milliseconds. `None` always means "the source does not say",
    never zero. `time` is when the source wrote the line: for a server log the moment the execution *ended*.
    """

    text: str
    engine: str = "postgres"
    time: float | None = None
    duration_ms: float | None = None
    """Time of one execution; when `calls` > 1, the total of all of them."""
    calls: int = 1
    database: str = ""
    user: str = ""
    application: str = ""
    session: str = ""
    """Server session (`%c`, else pid) or connection: statements of one session never overlap."""
    transaction: str = ""
    """Virtual transaction id (`%v`), transaction or request id of the application log."""
    trace: str = ""
    """W3C trace id, when a comment or span carries one: the surest unit of work."""
    parameters: tuple[str | None, ...] | None = None
    rows: int | None = None
    plan: str | None = None
    """EXPLAIN output as logged (JSON or text), to be read by the engine's `plan` module."""
    error: str = ""
    """The server's message, when the execution failed or was cancelled."""
    tags: dict[str, str] = {}
    """sqlcommenter and similar tags: route, controller, action, file, line, job."""
    source: str = ""
    line: int = 0


class Skip(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Something that was left out, why, and how often: `skipped` of the report."""

    source: str
    reason: str
    example: str = ""
    """Where (line number) or which (shape id); never a literal of the user's data."""
    count: int = 1


class SourceSummary(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What was read of one input."""

    name: str
    format: str
    """For example `postgres stderr log, prefix '%m [%p] %q%u@%d '`."""
    bytes: int = 0
    lines: int = 0
    executions: int = 0
    unreadable: int = 0
    """Lines (or records) that could not be read; examples are in `skipped`."""
    notes: tuple[str, ...] = ()
    """What these log settings hide, for example `no parameters: distinct values unknown`."""
