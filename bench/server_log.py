"""Server logs like those of a busy shop, of any size, in the server's three formats; the same seed gives the same bytes.

What is in them: some 200 statement shapes of varied frequency, simple and extended protocol, statements and durations logged
apart, IN lists, strings with quotes and newlines, NULL parameters, comments with tags, failed statements, plans of auto_explain,
connections, checkpoints and temporary files. `truth` counts what a reader must find.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

TABLES = (
    "orders",
    "order_line",
    "customer",
    "product",
    "invoice",
    "payment",
    "shipment",
    "address",
    "review",
    "session",
)
COLUMNS = ("id", "customer_id", "status", "created_at", "total", "sku", "email", "country", "quantity", "updated_at")
APPLICATIONS = ("shop-web", "shop-api", "billing worker", "psql")
START = 1_763_870_000.0

Entry = tuple[str, str, str, str]
"""Severity, message, detail, statement."""


@dataclass
class Session:
    """One connection."""

    pid: int
    started: float
    user: str
    database: str
    application: str
    extended: bool
    apart: bool
    """Statement and duration in two entries."""
    line: int = 0
    transaction: int = 1

    @property
    def id(self) -> str:
        return f"{int(self.started):08x}.{self.pid:x}"


@dataclass
class Truth:
    """What is in the log."""

    executions: int = 0
    failed: int = 0
    plans: int = 0
    total_ms: float = 0.0
    shapes: set[int] = field(default_factory=set)


def write_log(path: Path, megabytes: float, *, kind: str = "stderr", seed: int = 9) -> Truth:
    """Write at least so many megabytes of a log of `kind` (stderr, csv or json) to `path`."""
    spell = {"stderr": _stderr, "csv": _csv, "json": _json}[kind]
    truth = Truth()
    size = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for now, session, entries in _executions(random.Random(seed), truth):
            text = "".join(spell(now, session, entry) for entry in entries)
            size += len(text)
            file.write(text)
            if size >= megabytes * 1_000_000:
                break
    return truth


def _executions(chance: random.Random, truth: Truth) -> Iterator[tuple[float, Session, list[Entry]]]:
    shapes = [_shape(chance, number) for number in range(200)]
    weights = [1 / (rank + 3) for rank in range(200)]
    sessions = [_session(chance, START) for _ in range(40)]
    now = START
    while True:
        for number in chance.choices(range(200), weights, k=1000):
            now += chance.expovariate(800)
            place = chance.randrange(40)
            session = sessions[place]
            around: list[Entry] = []
            if chance.random() < 0.002:
                sessions[place] = session = _session(chance, now)
                authorized = f"connection authorized: user={session.user} database={session.database}"
                around.append(("LOG", authorized, "", ""))
            elif chance.random() < 0.002:
                temporary = f'temporary file: path "base/pgsql_tmp/{session.pid}.1", size {number * 8192}'
                around.append(("LOG", temporary, "", ""))
            session.transaction += 1
            yield now, session, [*around, *_execution(chance, session, shapes[number], number, truth)]


def _execution(
    chance: random.Random,
    session: Session,
    shape: Callable[[random.Random, bool], tuple[str, str, str]],
    number: int,
    truth: Truth,
) -> Iterator[Entry]:
    text, parameters, plan = shape(chance, session.extended)
    if chance.random() < 0.004:
        truth.failed += 1
        truth.executions += 1
        truth.shapes.add(number)
        if session.apart:
            yield "LOG", f"{'execute <unnamed>' if session.extended else 'statement'}: {text}", parameters, ""
        yield "ERROR", "canceling statement due to statement timeout", "", text
        return
    duration = round(chance.lognormvariate(0, 1.5), 3)
    truth.executions += 1
    truth.total_ms += duration
    truth.shapes.add(number)
    how = f"execute {'<unnamed>' if number % 3 else f'S_{number}'}" if session.extended else "statement"
    if session.extended and not session.apart:
        yield "LOG", f"duration: {duration / 9:.3f} ms  parse <unnamed>: {text}", "", ""
        yield "LOG", f"duration: {duration / 7:.3f} ms  bind <unnamed>: {text}", parameters, ""
    if duration > 15 and not session.extended:
        truth.plans += 1
        yield "LOG", f"duration: {duration - 0.001:.3f} ms  plan:\nQuery Text: {text}\n{plan}", "", ""
    if session.apart:
        yield "LOG", f"{how}: {text}", parameters, ""
        yield "LOG", f"duration: {duration:.3f} ms", "", ""
    else:
        yield "LOG", f"duration: {duration:.3f} ms  {how}: {text}", parameters, ""


def _session(chance: random.Random, now: float) -> Session:
    return Session(
        pid=chance.randrange(1000, 4_000_000),
        started=now,
        user=chance.choice(("shop", "report", "billing")),
        database=chance.choice(("shop", "shop", "billing")),
        application=chance.choice(APPLICATIONS),
        extended=chance.random() < 0.5,
        apart=chance.random() < 0.1,
    )


def _shape(chance: random.Random, number: int) -> Callable[[random.Random, bool], tuple[str, str, str]]:
    """A statement template: called, it gives the text, its parameters and a plan."""
    table, other = chance.sample(TABLES, 2)
    columns = chance.sample(COLUMNS, 4)
    kind = number % 8
    tag = f" /*controller='{table}',action='a{number}',framework='rails%3A7.1'*/" if number % 5 == 0 else ""
    values, often = ("plain", "it''s here", "naïve café", "two\nlines", "x; -- y"), (87, 5, 5, 2, 1)

    def make(draw: random.Random, extended: bool) -> tuple[str, str, str]:
        key, word = draw.randrange(1_000_000), draw.choices(values, often)[0]
        first, second = ("$1", "$2") if extended else (str(key), f"'{word}'")
        if kind == 0:
            text = f"SELECT {', '.join(columns)} FROM {table} t{number} WHERE {columns[0]} = {first} AND {columns[1]} = {second}"
        elif kind == 1:
            text = f"SELECT a.{columns[0]}, b.{columns[1]}\nFROM {table} a\nJOIN {other} b ON b.{table}_id = a.id\nWHERE a.{columns[2]} = {first} AND b.{columns[3]} <> {second}\nORDER BY a.{columns[0]} DESC LIMIT {number + 1}"
        elif kind == 2:
            items = ", ".join(str(draw.randrange(10_000)) for _ in range(draw.randrange(1, 30)))
            text = f"SELECT id FROM {table} t{number} WHERE id IN ({items}) AND {columns[0]} > {first} AND {columns[1]} <> {second}"
        elif kind == 3:
            text = (
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({first}, {second}, NULL, now() + '{number} days')"
            )
        elif kind == 4:
            text = f"UPDATE {table} SET {columns[0]} = {second}, updated_at = now() WHERE id = {first} AND {columns[2]} <> {number}"
        elif kind == 5:
            text = f"DELETE FROM {table} USING {other} x{number} WHERE {table}.id = {first} AND x{number}.{columns[0]} = {second}"
        elif kind == 6:
            text = f"SELECT count(*), max({columns[0]}) AS m{number} FROM {table} WHERE {columns[1]} >= {first} GROUP BY {columns[2]} HAVING min({columns[3]}) <> {second}"
        else:
            text = f"WITH recent AS (SELECT * FROM {other} WHERE {columns[0]} > {first})\nSELECT r.*, {number} AS n\nFROM recent r LEFT JOIN {table} USING ({columns[1]})\nWHERE r.{columns[2]} LIKE {second}"
        shown = "NULL" if draw.random() < 0.1 else f"'{word}'"
        plan = (
            f"Index Scan using {table}_pkey on {table}  (cost=0.42..8.44 rows=1 width=44)\n  Index Cond: (id = {key})"
        )
        return text + tag, f"parameters: $1 = '{key}', $2 = {shown}" if extended else "", plan

    return make


_seconds: dict[int, str] = {}


def _clock(now: float) -> str:
    second = int(now)
    if second not in _seconds:
        _seconds.clear()
        _seconds[second] = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))
    return f"{_seconds[second]}.{int(now % 1 * 1000):03d} UTC"


def _stderr(now: float, session: Session, entry: Entry) -> str:
    """With the prefix `%m [%p] %q%u@%d %a `."""
    head = f"{_clock(now)} [{session.pid}] {session.user}@{session.database} {session.application} "
    severity, message, detail, statement = entry
    text = f"{head}{severity}:  " + message.replace("\n", "\n\t") + "\n"
    if detail:
        text += f"{head}DETAIL:  " + detail.replace("\n", "\n\t") + "\n"
    if statement:
        text += f"{head}STATEMENT:  " + statement.replace("\n", "\n\t") + "\n"
    return text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if text else ""


def _csv(now: float, session: Session, entry: Entry) -> str:
    severity, message, detail, statement = entry
    session.line += 1
    started = _clock(session.started)[:19] + " UTC"
    return (
        f'{_clock(now)},"{session.user}","{session.database}",{session.pid},"10.0.0.7:5123",{session.id},{session.line},"SELECT",'
        f"{started},3/{session.transaction},0,{severity},00000,{_quoted(message)},{_quoted(detail)},,,,,{_quoted(statement)},,,"
        f'"{session.application}","client backend",,0\n'
    )


def _json(now: float, session: Session, entry: Entry) -> str:
    severity, message, detail, statement = entry
    session.line += 1
    record: dict[str, object] = {
        "timestamp": _clock(now),
        "user": session.user,
        "dbname": session.database,
        "pid": session.pid,
        "remote_host": "10.0.0.7",
        "remote_port": 5123,
        "session_id": session.id,
        "line_num": session.line,
        "ps": "SELECT",
        "session_start": _clock(session.started)[:19] + " UTC",
        "vxid": f"3/{session.transaction}",
        "txid": 0,
        "error_severity": severity,
        "message": message,
        "detail": detail,
        "statement": statement,
        "application_name": session.application,
        "backend_type": "client backend",
        "query_id": 0,
    }
    return json.dumps({k: v for k, v in record.items() if v != ""}, ensure_ascii=False, separators=(",", ":")) + "\n"
