"""Traffic: pooled sessions, concurrent clients and think times, so that the logs look like those of production.

Every client draws from its own seeded generator, so what is asked for is the same in each run; how the sessions
interleave is up to the machine.
"""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]


class Session:
    """One connection, taken from the pool for one request."""

    def __init__(self, connection: Connection, chance: random.Random, prepare: bool) -> None:
        self._connection = connection
        self._chance = chance
        self._prepare = prepare

    def run(self, text: str, *parameters: Any) -> list[Row]:
        """Run `text` (placeholders `$1`, `$2` ...) as it is and return its rows, after the time an application needs."""
        time.sleep(self._chance.uniform(0.0002, 0.002))
        with psycopg.RawCursor(self._connection) as cursor:
            cursor.execute(text.encode(), parameters or None, prepare=self._prepare if parameters else None)
            return cursor.fetchall() if cursor.description else []


class Pool:
    """A fixed number of sessions of one application, shared by its clients first come, first served."""

    def __init__(self, dsn: str, application: str, size: int, *, prepare: bool = False) -> None:
        self._free: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._all: list[Connection] = []
        self._prepare = prepare
        for _ in range(size):
            connection = psycopg.connect(dsn, application_name=application, autocommit=True)
            # Named statements only where the driver being imitated names them: from the first execution on, or never.
            connection.prepare_threshold = 0 if prepare else None
            self._all.append(connection)
            self._free.put(connection)

    @contextmanager
    def session(self, chance: random.Random) -> Iterator[Session]:
        """A session for one request; it goes back to the pool afterwards."""
        connection = self._free.get()
        try:
            yield Session(connection, chance, self._prepare)
        finally:
            self._free.put(connection)

    def close(self) -> None:
        """End all sessions."""
        for connection in self._all:
            connection.close()


Request = Callable[[Pool, random.Random], None]


@dataclass(frozen=True)
class Client:
    """Somebody who sends these requests, each as often as given, in random order with a pause after each (seconds)."""

    name: str
    pool: Pool
    requests: Sequence[tuple[Request, int]]
    pause: tuple[float, float] = (0.04, 0.15)

    def work(self, seed: str) -> None:
        """Send every request."""
        chance = random.Random(f"{seed}/{self.name}")
        todo = [request for request, count in self.requests for _ in range(count)]
        chance.shuffle(todo)
        for request in todo:
            time.sleep(chance.uniform(*self.pause))
            request(self.pool, chance)


def run(clients: Sequence[Client], seed: str) -> None:
    """Let all clients work at the same time. Raises what the first failing client raised."""
    failures: list[BaseException] = []

    def work(client: Client) -> None:
        try:
            client.work(seed)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(client,), name=client.name) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def skewed(chance: random.Random, count: int) -> int:
    """A number from 1 to `count`; small ones are asked for far more often, as in any shop or office."""
    return min(count, 1 + int(count * chance.random() ** 3))
