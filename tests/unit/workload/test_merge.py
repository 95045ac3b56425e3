"""Merging digests: any order, any grouping, and the same as digesting everything at once."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.model.event import Event
from advisor.model.workload import Workload
from advisor.workload.digest import Digester
from advisor.workload.merge import merge
from advisor.workload.store import decode, encode

TEXTS = (
    "SELECT id FROM parent ORDER BY id",
    "SELECT name FROM child WHERE parent_id = $1",
    "SELECT count(*) FROM other WHERE parent_id = $1",
    "UPDATE parent SET seen = true WHERE id = $1",
    "SELECT * FROM t WHERE a IN ('x', 'y')",
    "SELECT id FROM jobs WHERE queue = $1 AND state = 'pending'",
    "SELECT id FROM jobs WHERE queue = $1 AND state = 'failed'",
    "BEGIN",
    "COMMIT",
)


@st.composite
def units(draw: st.DrawFn) -> list[Event]:
    """One request on a session of its own: a start, statements a few milliseconds apart, perhaps a loop."""
    start = draw(st.integers(0, 50)) * 10.0 + 1_000.5
    session = draw(st.uuids()).hex
    chosen = draw(st.lists(st.integers(0, len(TEXTS) - 1), min_size=1, max_size=4))
    chosen += draw(st.sampled_from([[], [1] * 6, [1, 2] * 5, [3] * 7]))
    tags = draw(st.dictionaries(st.just("route"), st.text("abcdefgh", min_size=1, max_size=2), max_size=1))
    events: list[Event] = []
    for place, index in enumerate(chosen):
        text = TEXTS[index]
        events.append(
            Event(
                text=text,
                time=start + place / 256,
                duration_ms=draw(st.none() | st.integers(0, 4000).map(lambda n: n / 1000)),
                database=draw(st.sampled_from(["shop", "users"])) if place == 0 else events[0].database,
                session=session,
                application=draw(st.sampled_from(["", "api"])) if place == 0 else events[0].application,
                parameters=(str(place),) if "$1" in text else None,
                tags=tags,
                source="server.log",
                line=place + 1,
                error=draw(st.sampled_from(["", "", "", "canceling statement"])),
                plan=draw(st.sampled_from([None, None, "[]", "[1]"])),
            )
        )
    return events


WORKLOADS = st.lists(units(), max_size=8)


def digested(parts: list[list[Event]]) -> Workload:
    digester = Digester()
    for event in sorted(
        (event for unit in parts for event in unit), key=lambda event: (event.time or 0, event.session)
    ):
        digester.add(event)
    return digester.finish()


@settings(max_examples=60, deadline=None)
@given(WORKLOADS, WORKLOADS, WORKLOADS)
def test_merging_is_associative_and_commutative(
    a: list[list[Event]], b: list[list[Event]], c: list[list[Event]]
) -> None:
    x, y, z = digested(a), digested(b), digested(c)
    assert encode(merge(x, y)) == encode(merge(y, x))
    assert encode(merge(merge(x, y), z)) == encode(merge(x, merge(y, z)))
    assert encode(merge(x, Workload())) == encode(x)


@settings(max_examples=100, deadline=None)
@given(WORKLOADS, WORKLOADS)
def test_the_digest_of_two_logs_is_the_merge_of_their_digests(a: list[list[Event]], b: list[list[Event]]) -> None:
    assert encode(digested(a + b)) == encode(merge(digested(a), digested(b)))


@settings(max_examples=30, deadline=None)
@given(WORKLOADS)
def test_a_digest_file_gives_back_the_workload(a: list[list[Event]]) -> None:
    workload = digested(a)
    assert decode(encode(workload), "x") == workload


@given(st.lists(st.lists(st.sampled_from([f"v{n}" for n in range(40)]), max_size=60), min_size=3, max_size=3))
def test_the_values_of_a_tag_stay_bounded_in_any_order(values: list[list[str]]) -> None:
    def workload(parts: list[str]) -> Workload:
        digester = Digester()
        for value in parts:
            digester.add(Event(text="SELECT a FROM t", tags={"route": value}))
        return digester.finish()

    a, b, c = (workload(part) for part in values)
    everything = workload([value for part in values for value in part])
    assert encode(merge(merge(a, b), c)) == encode(merge(a, merge(c, b))) == encode(everything)
    for shape in everything.shapes:
        assert len(shape.tags.get("route", {})) <= 21
        assert sum(shape.tags.get("route", {}).values()) == shape.calls


def test_summed_executions_keep_their_exact_total() -> None:
    digester = Digester()
    digester.add(Event(text="SELECT a FROM t", calls=3, duration_ms=10.0))
    (shape,) = digester.finish().shapes
    assert (shape.calls, shape.time.count, shape.time.total_us, shape.time.max_us) == (3, 3, 10_000, 3_333)


def test_the_statements_of_the_advisor_are_left_out() -> None:
    digester = Digester()
    digester.add(Event(text="/* advisor */ SELECT a FROM t"))
    digester.add(Event(text="SELECT a FROM t /* advisor */"))
    assert digester.finish().shapes == ()


def test_a_workload_is_plain_data() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Workload()), type=Workload) == Workload()


def test_a_bulk_insert_has_the_shape_of_a_small_one() -> None:
    digester = Digester()
    digester.add(Event(text="INSERT INTO t (a, b) VALUES (1, 'x')"))
    digester.add(Event(text="INSERT INTO t (a, b) VALUES " + ", ".join(f"({n}, 'name {n}')" for n in range(9000))))
    assert len(digester.finish().shapes) == 1
