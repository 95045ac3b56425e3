from hypothesis import given
from hypothesis import strategies as st

from advisor.model.workload import Sketch
from advisor.workload import sketch

DURATIONS = st.lists(st.integers(0, 10**10), min_size=1, max_size=60)


@given(DURATIONS, st.floats(0, 1))
def test_a_quantile_is_within_one_per_cent(values: list[int], q: float) -> None:
    ordered = sorted(values)
    exact = ordered[max(1, -(-int(q * len(values) * 10**6) // 10**6)) - 1]
    neighbours = [v for v in ordered if abs(ordered.index(v) - ordered.index(exact)) <= 1]
    found = sketch.quantile(sketch.from_microseconds(values), q) * 1000
    assert any(abs(found - v) <= 0.0101 * v + 1 for v in neighbours)


@given(DURATIONS, DURATIONS, DURATIONS)
def test_merging_is_the_same_in_any_order(a: list[int], b: list[int], c: list[int]) -> None:
    x, y, z = (sketch.from_microseconds(values) for values in (a, b, c))
    assert (
        sketch.merge(sketch.merge(x, y), z)
        == sketch.merge(x, sketch.merge(z, y))
        == sketch.from_microseconds(a + b + c)
    )


def test_count_sum_and_extremes_are_exact() -> None:
    found = sketch.from_microseconds([3, 1, 1000])
    assert (found.count, found.total_us, found.min_us, found.max_us) == (3, 1004, 1, 1000)


def test_the_empty_sketch_is_neutral() -> None:
    some = sketch.from_microseconds([5])
    assert sketch.merge(Sketch(), some) == sketch.merge(some, Sketch()) == some
    assert sketch.quantile(Sketch(), 0.5) == 0.0
