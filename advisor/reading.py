"""What the user named, as one workload: logs and plans, digests made earlier, and a server's live pg_stat_statements."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from advisor.errors import InputError
from advisor.model.event import Event, Skip, SourceSummary
from advisor.model.workload import Workload
from advisor.sources import Reader, open_sources
from advisor.sources.base import Tally
from advisor.sources.files import OpenFile
from advisor.sources.pg_stat_statements import FORMAT
from advisor.workload.digest import digest
from advisor.workload.store import is_digest, merge_all, read_digest

LIVE = ("postgresql://", "postgres://")
TICK_EVENTS = 20_000

Progress = Callable[[int, int], None]
"""Called now and then with (bytes read, bytes in all)."""


def read_workload(sources: Sequence[str], *, prefix: str | None = None, progress: Progress | None = None) -> Workload:
    """Everything in `sources`, digested and merged. Raises InputError and ConnectionFailed as the sources do."""
    live = [source for source in sources if source.startswith(LIVE)]
    digests = [source for source in sources if source not in live and _is_digest(source)]
    logs = [source for source in sources if source not in live and source not in digests]
    parts = [digest(_Live(dsn)) for dsn in live] + [read_digest(Path(source)) for source in digests]
    if logs:
        reader = open_sources(logs, prefix=prefix)
        parts.append(digest(_Watched(reader, progress) if progress else reader))
    return parts[0] if len(parts) == 1 else merge_all(parts)


def _is_digest(source: str) -> bool:
    if not Path(source).is_file():
        return False
    part = OpenFile(source)
    try:
        return is_digest(part.head)
    finally:
        part.close()


class _Live:
    """pg_stat_statements of a running server, readable like a file."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._tally = Tally("pg_stat_statements (live)", FORMAT.name)
        self.summaries: list[SourceSummary] = []
        self.skipped: list[Skip] = []

    def __iter__(self) -> Iterator[Event]:
        # A database driver takes as long to load as many a log to read.
        from advisor.sources.pg_stat_statements_live import pg_stat_statements_events

        yield from pg_stat_statements_events(self._dsn, self._tally)
        self.summaries, self.skipped = [self._tally.summary()], self._tally.skips()
        if not self._tally.executions:
            reasons = "; ".join(f"{skip.reason} ({skip.count}x)" for skip in self.skipped) or "the view is empty"
            raise InputError(
                f"pg_stat_statements shows no statement: {reasons}",
                "Read it as a member of pg_read_all_stats, after the application has run for a while.",
            )


class _Watched:
    """A reader that reports how far it has come."""

    def __init__(self, reader: Reader, progress: Progress) -> None:
        self._reader, self._progress = reader, progress
        self.summaries: list[SourceSummary] = []
        self.skipped: list[Skip] = []

    def __iter__(self) -> Iterator[Event]:
        for number, event in enumerate(self._reader):
            if not number % TICK_EVENTS:
                self._progress(self._reader.position(), self._reader.size)
            yield event
        self.summaries, self.skipped = self._reader.summaries, self._reader.skipped
