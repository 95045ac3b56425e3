"""Drizzle ORM's console log: `Query: select ... -- params: [1, "a", null]`, between whatever else the program prints.

Drizzle writes no time, no duration and no session. What the web server writes between the statements (`GET /api/x 200 in
34ms`) bounds the requests, so it becomes the unit of work: `transaction` is the number of the request.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from advisor.model.event import Event
from advisor.sources.base import Format, Stream, Tally

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
VERB = r"(?:select|insert|update|delete|with|merge|begin|commit|rollback|savepoint|release|set|values|\()"
QUERY = re.compile(rf"(?<![\w\"])Query: ?(?=\s*{VERB}|\s*/\*|\s*$)", re.IGNORECASE)
HEAD = re.compile(rb"(?<![\w])Query: \s*(?:select|insert|update|delete|with|begin)\b", re.IGNORECASE)
SERVER_LOG = re.compile(rb"(?m)^.*\b(?:LOG|ERROR|STATEMENT|DETAIL):  ")
PARAMETERS = re.compile(r"\s*-- params: (\[.*)\Z", re.DOTALL)
REQUEST = re.compile(r"\b(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (?P<path>/[^\s?#\"]*)(?P<rest>\S* .*|)")
ANSWERED = re.compile(r"\b[1-5]\d\d\b")
CONTINUES = re.compile(
    r"\s+\S|\)|(?:from|where|and|or|order|group|having|left|right|inner|full|cross|join|on|limit|offset|set|values|returning"
    r"|union|for|window|select|insert|update|delete)\b|-- params: ",
    re.IGNORECASE,
)
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d+)?)\s?(Z|[+-]\d\d:?\d\d)?")
MESSAGE_KEYS = ("msg", "message")
TIME_KEYS = ("time", "timestamp", "@timestamp", "ts")
REQUEST_KEYS = ("reqId", "requestId", "request_id", "traceId")
BUFFERED = 20_000
"""Statements held back until the request's own line says its route; more than any request runs."""


def recognises(head: bytes) -> bool:
    """A line with `Query: select` or another verb, in a file that is no PostgreSQL log."""
    return bool(HEAD.search(head)) and not SERVER_LOG.search(head)


def read(stream: Stream, tally: Tally) -> Iterator[Event]:
    """One event a statement. Lines of the program itself are no input of ours and are not counted as unreadable."""
    bounded = any(_request(ANSI.sub("", line)) for line in stream.head.decode("utf-8", "replace").splitlines())
    tally.note("no times and no durations: Drizzle's log has none")
    if bounded:
        tally.note("requests are told apart by the web server's lines; what concurrent requests write is mixed")
    else:
        tally.note("no request lines: one unit of work cannot be told from the next")
    reader = _Reader(tally, bounded)
    for number, raw in enumerate(stream.lines(), 1):
        yield from reader.line(number, ANSI.sub("", raw.decode("utf-8", "replace")))
    yield from reader.end()


class _Reader:
    """The statement that may go on in the next line, and the events of the request that is not over yet."""

    def __init__(self, tally: Tally, bounded: bool) -> None:
        self.tally = tally
        self.bounded = bounded
        self.request = 1
        self.open: list[str] = []
        self.started = 0
        self.context: dict[str, Any] = {}
        self.waiting: list[Event] = []

    def line(self, number: int, line: str) -> Iterator[Event]:
        context = _json(line)
        message = str(next((context[k] for k in MESSAGE_KEYS if k in context), "")) if context else line
        if match := QUERY.search(message):
            self._close()
            self.open, self.started = [message[match.end() :]], number
            self.context = context or _prefix(line[: match.start()])
            if context or PARAMETERS.search(self.open[0]):
                self._close()
        elif self.open and not context and CONTINUES.match(line) and not _request(line):
            self.open.append(line)
            if line.rstrip().endswith("]") and "-- params: " in line:
                self._close()
        else:
            self._close()
            if self.bounded and (request := _request(message or line)):
                yield from self._request_line(request)
        if not self.bounded or len(self.waiting) > BUFFERED:
            yield from self._flush({})

    def end(self) -> Iterator[Event]:
        self._close()
        yield from self._flush({})

    def _request_line(self, request: re.Match[str]) -> Iterator[Event]:
        """A line with a status ends its request and names the route; one without begins the next request."""
        answered = ANSWERED.search(request["rest"])
        yield from self._flush({"route": f"{request['method']} {request['path']}"} if answered else {})
        self.request += 1

    def _flush(self, tags: dict[str, str]) -> Iterator[Event]:
        for event in self.waiting:
            yield msgspec.structs.replace(event, tags=tags) if tags else event
        self.waiting = []

    def _close(self) -> None:
        """The open statement is complete: keep it as an event."""
        if not self.open:
            return
        text = "\n".join(self.open).strip()
        self.open = []
        if not text:
            return
        parameters = None
        if match := PARAMETERS.search(text):
            text, parameters = text[: match.start()], _parameters(match[1])
            if parameters is None:
                self.tally.skip("parameters that are no JSON; the statement is kept", self.started)
        else:
            parameters = ()
        if "`" in text:
            self.tally.skip("statement with MySQL's quotes", self.started, unreadable=False)
            return
        request = next((str(self.context[key]) for key in REQUEST_KEYS if key in self.context), "")
        self.waiting.append(
            Event(
                text=text,
                time=_time(self.context),
                transaction=request or (f"request {self.request}" if self.bounded else ""),
                parameters=parameters,
                source=self.tally.name,
                line=self.started,
            )
        )


def _json(line: str) -> dict[str, Any]:
    """The fields of a pino or winston line; empty for a line of text."""
    start = line.find("{")
    if start < 0 or not line.rstrip().endswith("}") or not any(f'"{key}"' in line for key in MESSAGE_KEYS):
        return {}
    try:
        fields = json.loads(line[start:])
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _prefix(text: str) -> dict[str, Any]:
    """What stands before `Query:` on a line of text: its time."""
    match = TIME.search(text)
    return {"time": match[0]} if match else {}


def _request(line: str) -> re.Match[str] | None:
    """The request that a web server's line (Next, Express, morgan, Hono, an access log) speaks of."""
    return None if QUERY.search(line) else REQUEST.search(line)


def _time(context: dict[str, Any]) -> float | None:
    """Epoch seconds of pino's milliseconds or an ISO time; without a zone it is UTC."""
    value = next((context[key] for key in TIME_KEYS if key in context), None)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value / 1000 if value > 1e11 else float(value)
    match = TIME.search(str(value or ""))
    if not match:
        return None
    moment = datetime.fromisoformat(f"{match[1]}T{match[2].replace(',', '.')}{(match[3] or '').replace('Z', '+00:00')}")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _parameters(text: str) -> tuple[str | None, ...] | None:
    """Drizzle's JSON list of values, each as text; None when it is no JSON."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tuple(_text(value) for value in values) if isinstance(values, list) else None


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


FORMAT = Format(name="Drizzle console log", recognises=recognises, read=read)
