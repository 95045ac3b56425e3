"""The log_line_prefix is read off the lines, whatever it is."""

import random
import re
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sources import open_sources
from advisor.sources.postgres_log.inference import infer_prefixes

COMMON = [
    "%m [%p] ",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%t:%r:%u@%d:[%p]:",
    "%t-%c-",
    "[%p-%l]",
    "%n ",
    "[%v]",
    "",
    "%m [%p] %q%u@%d ",
    "%m [%p] %q[user=%u,db=%d,app=%a] ",
    "%m [%p] [%s] %u %d ",
    "<%t:%r>",
    "%t %p %u@%d/%a ",
    "%m|%u|%d|%c|",
    "user=%u,db=%d,client=%h,pid=%p,ts=%t ",
    "%c %l %m ",
    "[%t] %u %h: ",
    "%m %b[%p] %v %u@%d %a ",
    "%t [%p]: user=%u,db=%d,app=%a,client=%h,vxid=%v,xid=%x,state=%e ",
    "%m [%p:%l] %e %i %u@%d ",
    "%m %p %l ",
    "%m [%p] %-10u %-12d ",
    "%m: %u: %d: %a: %p: ",
    "%m  %h %10p ",
    "%u@%d(%p) %m ",
    "{%p} {%m} {%u} {%d}",
    "%m [%p] [user] %u [db] %d ",
    "postgres[%p]: %m ",
    "%m %Q %p ",
    "%m [%c] [%P] %p ",
    "time=%m pid=%p session=%c line=%l user=%u db=%d app=%a host=%h ",
]


class Sender(NamedTuple):
    pid: int
    user: str
    database: str
    application: str
    host: str
    started: int


class Line(NamedTuple):
    sender: Sender
    time: float
    text: str


def write(
    path: Path, prefix: str, *, seed: int = 1, sessions: int = 4, applications: list[str] | None = None
) -> list[Line]:
    """A log of a few sessions under `prefix`, and what it says."""
    chance = random.Random(seed)
    names = applications or ["psql", "shop-api", "shop web", "[unknown]"]
    senders = [
        Sender(
            chance.randrange(1000, 99999),
            chance.choice(["shop_app", "bob", "report"]),
            chance.choice(["shop", "billing"]),
            chance.choice(names),
            chance.choice(["[local]", "10.0.0.7", "192.168.1.20"]),
            1763870000 + place * 777,
        )
        for place in range(sessions)
    ]
    counts = dict.fromkeys(senders, 0)
    now = 1763880000.0
    lines, said = [], []
    for number in range(120):
        now = round(now + chance.random() / 5, 3)
        sender = chance.choice(senders)
        counts[sender] += 1
        text = f"select {number} from t where a = 'LOG:  x'"
        said.append(Line(sender, now, text))
        lines.append(f"{show(prefix, sender, now, counts[sender])}LOG:  duration: {number}.125 ms  statement: {text}\n")
    path.write_text("".join(lines))
    return said


def show(prefix: str, sender: Sender, now: float, line: int) -> str:
    def stamp(seconds: float) -> str:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))

    milliseconds = round(now * 1000) % 1000
    values = {
        "m": f"{stamp(now)}.{milliseconds:03d} UTC",
        "t": f"{stamp(now)} UTC",
        "s": f"{stamp(sender.started)} UTC",
        "n": f"{now:.3f}",
        "p": str(sender.pid),
        "c": f"{sender.started:08x}.{sender.pid:x}",
        "l": str(line),
        "u": sender.user,
        "d": sender.database,
        "a": sender.application,
        "h": sender.host,
        "r": sender.host if sender.host == "[local]" else f"{sender.host}(50{line % 1000:03d})",
        "v": f"3/{line}",
        "x": "0",
        "e": "00000",
        "i": "SELECT",
        "b": "client backend",
        "P": "",
        "Q": str(hash((sender.pid, line)) % 2**62 - 2**61),
        "q": "",
        "%": "%",
    }

    def value(match: re.Match[str]) -> str:
        width = int(match[1] or 0)
        return values[match[2]].rjust(width) if width > 0 else values[match[2]].ljust(-width)

    return re.sub(r"%(-?\d+)?(.)", value, prefix)


def check(path: Path, prefix: str, said: list[Line], *, words: bool = True) -> None:
    """What the reader finds is what the log says, as far as the prefix shows it."""
    found = list(open_sources([str(path)]))
    assert [event.text for event in found] == [line.text for line in said]
    for event, line in zip(found, said, strict=True):
        if "%m" in prefix or "%n" in prefix:
            assert event.time == pytest.approx(line.time, abs=0.0011)
        elif "%t" in prefix:
            assert event.time == int(line.time)
        if "%c" in prefix:
            assert event.session == f"{line.sender.started:08x}.{line.sender.pid:x}"
        elif re.search("%-?[0-9]*p", prefix):
            assert event.session == str(line.sender.pid)
        if words and re.search("%-?[0-9]*u", prefix):
            assert event.user == line.sender.user
        if words and re.search("%-?[0-9]*d", prefix):
            assert event.database == line.sender.database


@pytest.mark.parametrize("prefix", COMMON)
@pytest.mark.parametrize("sessions", [1, 4])
def test_a_prefix_is_inferred_from_its_lines(prefix: str, sessions: int, tmp_path: Path) -> None:
    check(tmp_path / "log", prefix, write(tmp_path / "log", prefix, sessions=sessions))


@pytest.mark.parametrize("prefix", COMMON)
def test_a_given_prefix_is_used(prefix: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    said = write(path, prefix)
    found = list(open_sources([str(path)], prefix=prefix))
    assert [event.text for event in found] == [line.text for line in said]


LABELLED = {"u": "user=", "d": "db=", "a": "app=", "h": "host=", "p": "pid=", "x": "xid=", "l": "line=", "e": "state="}


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    letters=st.lists(st.sampled_from("mpcudahvxler"), unique=True, min_size=1, max_size=8),
    separator=st.sampled_from([" ", ",", ", ", "|", ";", " - "]),
    brackets=st.sampled_from(["", "[]", "()", "<>"]),
    seed=st.integers(0, 1000),
)
def test_labelled_fields_are_found_in_any_order(
    letters: list[str], separator: str, brackets: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shown = separator.join(LABELLED.get(letter, "") + "%" + letter for letter in letters)
    prefix = f"{brackets[:1]}{shown}{brackets[1:]} "
    path = tmp_path_factory.mktemp("prefix") / "log"
    check(path, prefix, write(path, prefix, seed=seed))


@pytest.mark.parametrize(
    "prefix", ["%m [%p] ", "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ", "%m [%p] %q%u@%d %a "]
)
def test_inference_gives_back_the_prefix_itself(prefix: str, tmp_path: Path) -> None:
    write(tmp_path / "log", prefix)
    lines = (tmp_path / "log").read_bytes().splitlines()
    assert [found.text for found in infer_prefixes(lines)] == [prefix.replace("%q", "")]


def test_a_prefix_that_changes_within_the_file_is_noticed(tmp_path: Path) -> None:
    first = write(tmp_path / "a", "%m [%p] %u@%d ")
    second = write(tmp_path / "b", "%t:%r:%u@%d:[%p]:", seed=2)
    path = tmp_path / "log"
    path.write_bytes((tmp_path / "a").read_bytes() + (tmp_path / "b").read_bytes())
    reader = open_sources([str(path)])
    found = list(reader)
    assert [event.text for event in found] == [line.text for line in (*first, *second)]
    assert [event.user for event in found] == [line.sender.user for line in (*first, *second)]
    assert reader.summaries[0].unreadable == 0
