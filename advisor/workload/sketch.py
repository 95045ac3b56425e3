"""Durations in logarithmic buckets: quantiles within 1 %, merged exactly.

Bucket `n` holds (gamma^(n-1), gamma^n] microseconds with gamma = 1.01 / 0.99, and stands for the value that is within 1 % of
every member (DDSketch, Masson, Rim, Lee: VLDB 2019, section 2.1). Bucket 0 holds one microsecond and less.
Microseconds are whole numbers, so a sum does not depend on the order of adding.
"""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from math import ceil, log

from advisor.model.workload import Sketch

_GAMMA = 1.01 / 0.99
_LOG_GAMMA = log(_GAMMA)


def microseconds(milliseconds: float) -> int:
    """Whole microseconds, never negative."""
    return max(0, round(milliseconds * 1000))


def from_microseconds(values: Iterable[int]) -> Sketch:
    """The sketch of these durations."""
    return from_counts(Counter(values))


def from_counts(counts: dict[int, int]) -> Sketch:
    """The sketch of durations (microseconds) that were each seen so many times."""
    if not counts:
        return Sketch()
    buckets: dict[int, int] = {}
    for value, count in counts.items():
        bucket = _bucket(value)
        buckets[bucket] = buckets.get(bucket, 0) + count
    total = sum(value * count for value, count in counts.items())
    return Sketch(dict(sorted(buckets.items())), sum(counts.values()), total, min(counts), max(counts))


def merge(a: Sketch, b: Sketch) -> Sketch:
    """The sketch of both: associative and commutative."""
    if not a.count or not b.count:
        return a if a.count else b
    buckets = dict(a.buckets)
    for bucket, count in b.buckets.items():
        buckets[bucket] = buckets.get(bucket, 0) + count
    return Sketch(
        dict(sorted(buckets.items())),
        a.count + b.count,
        a.total_us + b.total_us,
        min(a.min_us, b.min_us),
        max(a.max_us, b.max_us),
    )


def quantile(sketch: Sketch, q: float) -> float:
    """The duration in milliseconds below which a share `q` (0 to 1) of the executions lies; 0 for an empty sketch."""
    if not sketch.count:
        return 0.0
    wanted = max(1, ceil(q * sketch.count))
    seen = 0
    for bucket, count in sorted(sketch.buckets.items()):
        seen += count
        if seen >= wanted:
            middle = 2 * _GAMMA**bucket / (_GAMMA + 1)
            return min(max(middle, sketch.min_us), sketch.max_us) / 1000
    return sketch.max_us / 1000


def mean(sketch: Sketch) -> float:
    """The mean duration in milliseconds; 0 for an empty sketch."""
    return sketch.total_us / sketch.count / 1000 if sketch.count else 0.0


@lru_cache(1 << 15)
def _bucket(value: int) -> int:
    # The 12th digit is dropped so that a value on an edge falls into the same bucket on every platform's libm.
    return ceil(round(log(value) / _LOG_GAMMA, 9)) if value > 1 else 0
