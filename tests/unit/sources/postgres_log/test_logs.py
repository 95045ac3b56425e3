"""Logs written by real servers (see logs/README.md): what they hold, whatever format, protocol, settings and language."""

from collections import Counter
from pathlib import Path

import pytest

from advisor.model.event import Event
from advisor.sources import open_sources

LOGS = Path(__file__).parent / "logs"
FORMATS = ("log", "csv", "json")

PARAMETERS = [
    ("select * from t where id = $1 and a <> $2", ("5", "it's\nmulti 'quoted'")),
    ("select * from t where\n  id = $1\n and a is distinct from $2", ("5", None)),
    ("update t set b = $1 where id = $2", ("5", "6")),
    *(("select b from t where id = $1", (str(i),)) for i in range(7)),
    ('DECLARE "srv" CURSOR FOR select * from t where b > $1', ("2",)),
    ("select f($1)", ("3",)),
    *(("select a from t where id = $1", (str(i),)) for i in range(3)),
    ("select count(*) from t where b = $1", ("1",)),
    ("insert into t values ($1, $2, $3)", ("5000", "é日本", None)),
]

SIMPLE = [
    "select b from t where id = 0",
    "select b from t where id = 1",
    "select b from t where a = 'it''s\n\tmulti'",
    "insert into t values (5001, 'é日本', NULL)",
]


def events(name: str) -> list[Event]:
    return list(open_sources([str(LOGS / name)]))


def key(event: Event) -> tuple[object, ...]:
    return (
        event.text,
        event.time,
        event.duration_ms,
        event.database,
        event.user,
        event.application,
        event.transaction,
        event.session,
        event.parameters,
        event.plan,
        event.error,
        event.tags,
    )


@pytest.mark.parametrize("name", ["durations_18", "pairs_15", "plans_text_15"])
def test_one_log_in_three_formats_gives_the_same_events(name: str) -> None:
    stderr, csvlog, jsonlog = ([key(event) for event in events(f"{name}.{ending}")] for ending in FORMATS)
    assert jsonlog == csvlog

    # stderr says of an error where in the statement it was, the others have a field for that.
    def without_position(keys: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
        return [
            tuple(str(v).split(" at character ")[0] if place == 10 else v for place, v in enumerate(k)) for k in keys
        ]

    assert without_position(stderr) == without_position(csvlog)


@pytest.mark.parametrize("name", ["durations_18.log", "durations_18.csv", "durations_18.json", "durations_16.log"])
def test_executions_are_counted_and_parse_and_bind_are_not(name: str) -> None:
    found = events(name)
    assert len(found) == 39
    assert [(e.text, e.parameters) for e in found if e.parameters] == PARAMETERS
    assert [e.text for e in found if e.application == "simple"] == SIMPLE


@pytest.mark.parametrize("name", ["pairs_15.log", "pairs_15.csv", "pairs_15.json", "pairs_16.log"])
def test_statements_get_the_duration_that_was_logged_apart(name: str) -> None:
    reader = open_sources([str(LOGS / name)])
    found = list(reader)
    assert len(found) == 39
    assert sum(e.duration_ms is not None for e in found) == 36
    failed = ("select 1/(b-b) from t where id = $1", ("7",))
    assert [(e.text, e.parameters) for e in found if e.parameters] == [*PARAMETERS[:10], failed, *PARAMETERS[10:]]
    assert reader.summaries[0].notes == ()


@pytest.mark.parametrize("name", ["durations_18.log", "pairs_15.csv", "plans_text_15.json", "plans_json_15.log"])
def test_failed_statements_are_events_with_the_message_and_without_duration(name: str) -> None:
    failed = [event for event in events(name) if event.error]
    assert [(e.text, e.error.split(" at character")[0], e.duration_ms) for e in failed] == [
        ("select * from nope", 'relation "nope" does not exist', None),
        ("select 1/(b-b) from t where id = $1", "division by zero", None),
        ("select pg_sleep(1)", "canceling statement due to statement timeout", None),
    ]


@pytest.mark.parametrize("name", ["plans_text_15.log", "plans_text_15.csv", "plans_text_15.json", "plans_json_15.log"])
def test_plans_are_attached_to_their_executions_and_counted_once(name: str) -> None:
    found = events(name)
    nested = "select b        from t where id = $1"
    assert Counter(e.text for e in found if e.text != nested) == Counter(e.text for e in events("durations_18.log"))
    assert [e.plan is not None for e in found if e.text == nested] == [True]
    without_plan = {e.text.split()[0].lower() for e in found if not e.plan and not e.error}
    assert without_plan == {"create", "set", "reset", "begin", "fetch", "close", "commit", "prepare"}
    for event in found:
        if event.plan and event.text == "select count(*) from t where b = $1":
            assert "Aggregate" in event.plan
            assert "Seq Scan" in event.plan
            assert event.parameters == ("1",)


def test_plans_without_executions_are_executions() -> None:
    found = events("plans_only_15.log")
    assert sum(event.plan is not None for event in found) == 27
    multi = next(e for e in found if e.text == "select b from t where a = 'it''s\n\tmulti'")
    assert multi.plan is not None
    assert multi.plan.startswith("Seq Scan on t  (cost=")
    assert multi.duration_ms == 0.086


@pytest.mark.parametrize("ending", FORMATS)
def test_every_language_is_understood(ending: str) -> None:
    by_language: dict[str, list[tuple[object, ...]]] = {}
    for e in events(f"languages_15.{ending}"):
        by_language.setdefault(e.application, []).append((e.text, e.parameters, e.duration_ms is None, bool(e.error)))
    english = by_language.pop("C")
    assert len(by_language) == 10
    for language, found in by_language.items():
        assert found[1:] == english[1:], language


def test_sessions_transactions_and_times_come_from_the_prefix() -> None:
    first, *_, last = events("durations_18.log")
    assert (first.user, first.database, first.application) == ("postgres", "postgres", "my app")
    assert first.session == "6b03d7bc.31cb"
    assert first.time == pytest.approx(1795413948.397)
    assert (last.application, last.line) == ("simple", 127)
    in_transaction = [
        e.transaction for e in events("durations_18.log") if "count(*)" in e.text or "($1, $2, $3)" in e.text
    ]
    assert in_transaction[0] == in_transaction[1] != ""


def test_tags_are_read_from_comments() -> None:
    tagged = [event for event in events("durations_18.csv") if event.tags]
    assert [(event.text, event.tags) for event in tagged] == [
        ("select /*controller='x',action='y'*/ 1 -- café", {"controller": "x", "action": "y"})
    ]
