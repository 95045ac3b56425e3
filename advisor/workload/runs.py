"""Loops in a bare sequence of statements, for logs without usable times: runs that repeat back to back.

Without time and session nothing says where a request ends, so only what stands together counts: `a a a a a`, or `a b a b ...`
with up to `MAX_PERIOD` statements per iteration.
"""

from collections.abc import Iterator, Sequence

from advisor.workload.repeats import MIN_REPEATS, Step

MAX_PERIOD = 8
"""Statements per iteration, as in Sentry's detector of repeating sequences."""


def runs(steps: Sequence[Step]) -> Iterator[tuple[int, int]]:
    """(start, end) of every run of whole iterations, from left to right, none overlapping."""
    start, size = 0, len(steps)
    while start < size:
        end = max((_run_end(steps, start, period) for period in range(1, MAX_PERIOD + 1)), default=start)
        if end > start:
            yield start, end
            start = end
        else:
            start += 1


def _run_end(steps: Sequence[Step], start: int, period: int) -> int:
    """Where the run of that period ends; `start` itself when it has fewer than `MIN_REPEATS` iterations."""
    at, size = start, len(steps)
    while at + period < size and steps[at][0] is steps[at + period][0]:
        at += 1
    iterations = (at - start) // period + 1
    return start + iterations * period if iterations >= MIN_REPEATS else start
