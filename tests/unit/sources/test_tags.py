"""Tags in statement comments."""

import pytest

from advisor.sources.tags import read_tags

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("select 1 /*controller='index',framework='django%3A2.2.1',route='%5Epolls/%24'*/",
         {"controller": "index", "framework": "django:2.2.1", "route": "^polls/$"}),
        ("/*action='show'*/ select 1", {"action": "show"}),
        ("select 1 /*application:App,controller:users,action:index*/",
         {"application": "App", "controller": "users", "action": "index"}),
        ("/*a='1'*/ select 1 /*b='2'*/", {"a": "1", "b": "2"}),
        (r"select 1 /*name='it\'s'*/", {"name": "it's"}),
        ("select 1 /* controller='x' , action='y' */", {"controller": "x", "action": "y"}),
    ],
)  # fmt: skip
def test_tags_of_sqlcommenter_and_rails_are_read(text: str, tags: dict[str, str]) -> None:
    assert read_tags(text) == (tags, "")


@pytest.mark.parametrize(
    "text",
    [
        "select /*+ IndexScan(t) */ 1",
        "select 1 /* fetch the user, then: go */",
        "select 1 /* a='1' and more */",
        "select '/*' || x",
        "select 1 /**/",
    ],
)
def test_hints_and_prose_are_no_tags(text: str) -> None:
    assert read_tags(text) == ({}, "")


def test_the_trace_id_is_taken_from_traceparent() -> None:
    tags, trace = read_tags(f"select 1 /*traceparent='00-{TRACE}-00f067aa0ba902b7-01'*/")
    assert trace == TRACE
    assert "traceparent" in tags


def test_only_the_ends_of_a_long_statement_are_searched() -> None:
    middle = "select '" + "x" * 5000 + "' /*a='1'*/ , '" + "x" * 5000 + "' /*b='2'*/"
    assert read_tags(middle) == ({"b": "2"}, "")
