"""Inputs as they come: compressed, cut, damaged, in pieces, twice, or no log at all."""

import bz2
import gzip
import io
import lzma
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.errors import InputError
from advisor.sources import open_sources
from advisor.sources.base import Stream, Tally
from advisor.sources.postgres_log import csvlog, jsonlog, stderr

LOGS = Path(__file__).parent / "postgres_log" / "logs"
PLAIN = (LOGS / "durations_18.log").read_bytes()
HEAD = "2026-11-23 06:05:48.{:03d} UTC [77] bob@shop "
COUNT = 39


def entry(number: int, message: str, severity: str = "LOG") -> str:
    return HEAD.format(number) + f"{severity}:  {message}\n"


def execution(number: int) -> str:
    return entry(number, f"duration: 1.000 ms  statement: select {number}")


def texts(*paths: Path, prefix: str | None = None) -> list[str]:
    return [event.text for event in open_sources([str(path) for path in paths], prefix=prefix)]


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(PLAIN),
        gzip.compress(PLAIN[:5000]) + gzip.compress(PLAIN[5000:]),
        zstandard.compress(PLAIN),
        bz2.compress(PLAIN),
        lzma.compress(PLAIN),
    ],
    ids=["gzip", "two gzip members", "zstd", "bzip2", "xz"],
)
def test_compression_is_recognised_by_content(packed: bytes, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(packed)
    assert len(texts(tmp_path / "log")) == COUNT


def test_a_plain_file_named_gz_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.log.gz").write_bytes(PLAIN)
    assert len(texts(tmp_path / "x.log.gz")) == COUNT


def test_of_a_truncated_archive_the_readable_part_is_read_and_the_rest_reported(tmp_path: Path) -> None:
    lines = "".join(execution(number % 1000) for number in range(20000)).encode()
    packed = gzip.compress(lines)
    (tmp_path / "x.gz").write_bytes(packed[: len(packed) // 2])
    reader = open_sources([str(tmp_path / "x.gz")])
    found = sum(1 for _ in reader)
    assert 5000 < found < 20000
    assert any("gzip truncated or damaged" in skip.reason for skip in reader.skipped)


def test_an_archive_without_content_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(PLAIN)[:12])
    with pytest.raises(InputError, match="truncated or damaged"):
        texts(tmp_path / "x.gz")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.rstrip(b"\n"),
        PLAIN.replace(b"\n", b"\r\n"),
        b"\0" * 5000 + PLAIN,
        PLAIN.replace("café".encode(), b"caf\xe9 \xff\xfe"),
    ],
    ids=["byte order mark", "no final newline", "CR LF", "NULs in front", "invalid UTF-8"],
)
def test_marks_of_transport_do_no_harm(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(content)
    found = texts(tmp_path / "log")
    assert len(found) == COUNT
    assert "select * from t where\n  id = $1\n and a is distinct from $2" in found


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(PLAIN))))
    assert sum(1 for _ in open_sources(["-"])) == COUNT


def test_a_directory_is_read_without_hidden_and_foreign_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.log").write_text(execution(2))
    (tmp_path / "b.log").write_text(execution(1))
    (tmp_path / ".c.log").write_text(execution(3))
    (tmp_path / "notes").write_bytes(b"\x00\x01\x02" * 100)
    (tmp_path / "empty.log").write_text("")
    reader = open_sources([str(tmp_path)])
    assert [event.text for event in reader] == ["select 1", "select 2"]
    assert [(Path(skip.source).name, skip.reason) for skip in reader.skipped] == [
        ("empty.log", "not read: the file is empty"),
        ("notes", "not read: the file is a binary file"),
    ]


@pytest.mark.parametrize("first", [0, 1])
def test_files_of_one_log_are_read_in_order_of_time_and_joined_where_rotation_cut(first: int, tmp_path: Path) -> None:
    whole = execution(1) + entry(2, "duration: 2.000 ms  statement: select\n\t2\n\t+ 2") + execution(3)
    cut = whole.index("+ 2")
    for name, content in zip("ab" if first == 0 else "ba", (whole[:cut], whole[cut:]), strict=True):
        (tmp_path / name).write_text(content)
    assert texts(tmp_path / "a", tmp_path / "b") == ["select 1", "select\n2\n+ 2", "select 3"]


def test_a_statement_finds_its_duration_in_the_next_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(entry(1, "statement: select 1"))
    (tmp_path / "b").write_text(entry(2, "duration: 7.000 ms") + execution(3))
    found = list(open_sources([str(tmp_path / "b"), str(tmp_path / "a")]))
    assert [(event.text, event.duration_ms) for event in found] == [("select 1", 7.0), ("select 3", 1.0)]


def test_a_log_given_twice_or_in_two_formats_counts_once(tmp_path: Path) -> None:
    for ending in ("log", "csv", "json"):
        (tmp_path / f"server.{ending}").write_bytes((LOGS / f"durations_18.{ending}").read_bytes())
    (tmp_path / "server.log.gz").write_bytes(gzip.compress(PLAIN))
    reader = open_sources([str(tmp_path), str(tmp_path / "server.json")])
    assert sum(1 for _ in reader) == COUNT
    assert [summary.name for summary in reader.summaries] == [str(tmp_path / "server.json")]
    assert len(reader.skipped) == 4


def test_one_bad_line_is_counted_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(execution(1) + "Segmentation fault (core dumped)\n" + execution(2))
    reader = open_sources([str(tmp_path / "log")])
    assert [event.text for event in reader] == ["select 1", "select 2"]
    assert reader.summaries[0].unreadable == 1
    assert [(skip.reason, skip.example) for skip in reader.skipped] == [("line that is no log entry", "line 2")]


def test_continuation_lines_that_lost_their_tabs_are_joined(tmp_path: Path) -> None:
    lines = "".join(entry(n, f"duration: 1.000 ms  statement: select {n}\nfrom t") for n in range(30))
    (tmp_path / "log").write_text(lines)
    reader = open_sources([str(tmp_path / "log")])
    assert [event.text for event in reader] == [f"select {n}\nfrom t" for n in range(30)]
    assert any("lost their tabs" in note for note in reader.summaries[0].notes)


def test_a_torn_record_of_a_csvlog_costs_only_itself(tmp_path: Path) -> None:
    records = (LOGS / "durations_18.csv").read_bytes().split(b"\n2026")
    victim = next(i for i, record in enumerate(records) if b"statement: BEGIN" in record)
    records[victim] = records[victim][:-60]
    (tmp_path / "x.csv").write_bytes(b"\n2026".join(records))
    reader = open_sources([str(tmp_path / "x.csv")])
    assert sum(1 for _ in reader) == COUNT - 1
    assert reader.summaries[0].unreadable == 1


def test_a_broken_line_of_a_jsonlog_costs_only_itself(tmp_path: Path) -> None:
    lines = (LOGS / "durations_18.json").read_bytes().split(b"\n")
    victim = next(i for i, line in enumerate(lines) if b"statement: BEGIN" in line)
    lines[victim] = lines[victim][:90]
    (tmp_path / "x.json").write_bytes(b"\n".join(lines))
    reader = open_sources([str(tmp_path / "x.json")])
    assert sum(1 for _ in reader) == COUNT - 1
    assert reader.summaries[0].unreadable == 1


def test_a_log_line_inside_a_literal_is_part_of_the_statement(tmp_path: Path) -> None:
    inner = execution(5).rstrip("\n")
    (tmp_path / "log").write_text(entry(1, f"duration: 1.000 ms  statement: select '\n\t{inner}'"))
    assert texts(tmp_path / "log") == [f"select '\n{inner}'"]
    record = (LOGS / "durations_18.csv").read_text().split("\n2026")[1]
    begin = "2026" + record
    outer = begin.replace("statement: ", "statement: select '\n" + begin.replace('"', '""') + "' || ", 1)
    (tmp_path / "x.csv").write_text((LOGS / "durations_18.csv").read_text() + outer + "\n")
    assert len(texts(tmp_path / "x.csv")) == COUNT + (1 if "statement: " in record else 0)


def test_without_a_session_durations_logged_apart_are_not_guessed(tmp_path: Path) -> None:
    lines = [
        f"2026-11-23 06:05:48.{n:03d} UTC LOG:  {m}\n"
        for n in range(3)
        for m in (f"statement: select {n}", "duration: 1.0 ms")
    ]
    (tmp_path / "log").write_text("".join(lines))
    reader = open_sources([str(tmp_path / "log")])
    assert [(event.text, event.duration_ms) for event in reader] == [(f"select {n}", None) for n in range(3)]
    assert any("no session in the log_line_prefix" in note for note in reader.summaries[0].notes)


def test_messages_about_other_things_with_a_statement_are_no_executions(tmp_path: Path) -> None:
    waiting = entry(1, "process 77 still waiting for ShareLock on transaction 5 after 1000.1 ms")
    (tmp_path / "log").write_text(waiting + entry(1, "update t set a = 1", "STATEMENT") + execution(2))
    assert texts(tmp_path / "log") == ["select 2"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (bytes(range(256)) * 40, "is a binary file"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "looks like an HTML page"),
        (b"# Time: 2026-01-01T00:00:00Z\n# User@Host: a[a] @ b []\n# Query_time: 1.0  Lock_time: 0\nselect 1;\n", "MySQL slow"),
        ((b"QUJD" * 19 + b"\n") * 10, "looks like base64"),
        (b'{"log":"LOG:  x\\n","stream":"stderr","time":"2026"}\n' * 3, "Docker"),
        (b'127.0.0.1 - - [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 200 5\n' * 5, "access log"),
        (b"Nov 23 06:05:48 host systemd[1]: Started Session 1 of user root.\n" * 9, "in no format"),
    ],
)  # fmt: skip
def test_what_is_no_log_is_named(content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        texts(tmp_path / "x")
    assert "Expected: a PostgreSQL server log" in caught.value.hint


def test_a_log_without_statements_is_an_error_that_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(entry(1, "checkpoint starting: time") * 5)
    with pytest.raises(InputError, match=r"no statement was found.*prefix") as caught:
        texts(tmp_path / "log")
    assert "log_min_duration_statement" in caught.value.hint


def test_a_wrong_prefix_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(execution(1))
    with pytest.raises(InputError, match="prefix '%n %c '"):
        texts(tmp_path / "log", prefix="%n %c ")


def test_a_line_of_twenty_megabytes_takes_a_small_multiple_of_its_size(tmp_path: Path) -> None:
    size = 20_000_000
    with (tmp_path / "log").open("w") as file:
        file.write(execution(1) + entry(2, "duration: 1.000 ms  statement: select '" + "x" * size + "'") + execution(3))
    tracemalloc.start()
    try:
        lengths = [len(event.text) for event in open_sources([str(tmp_path / "log")])]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert lengths == [8, size + 9, 8]
    assert peak < 6 * size


class Piece:
    """A file in memory, in blocks of any size."""

    def __init__(self, content: bytes, size: int) -> None:
        self.name, self.problem = "fuzz", ""
        self.head = content[:1000]
        self._blocks = [content[place : place + size] for place in range(0, len(content), size)]

    def blocks(self) -> Iterator[bytes]:
        return iter(self._blocks)


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            *(line + b"\n" for line in PLAIN.split(b"\n")[40:60]),
            *(line + b"\n" for line in (LOGS / "durations_18.csv").read_bytes().split(b"\n")[8:16]),
            *(line + b"\n" for line in (LOGS / "durations_18.json").read_bytes().split(b"\n")[8:16]),
            *(
                b'"',
                b"\n",
                b"\t",
                b"\0",
                b"LOG:  ",
                b"DETAIL:  parameters: $1 = '",
                b"duration: 1.0 ms  plan:\n\tQuery Text: ",
            ),
        ]
    )
    | st.binary(max_size=60),
    max_size=30,
)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(FRAGMENTS, st.integers(1, 400))
def test_no_bytes_crash_a_reader(fragments: list[bytes], size: int) -> None:
    content = b"".join(fragments)
    for module in (stderr, csvlog, jsonlog):
        module.recognises(content)
        module.opening(content)
        tally = Tally("fuzz", "fuzz")
        if content:
            for event in module.read(Stream([(Piece(content, size), tally, True)]), tally):
                assert isinstance(event.text, str)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(1, 3000))
def test_the_size_of_blocks_does_not_matter(size: int) -> None:
    for module, ending in ((stderr, "log"), (csvlog, "csv"), (jsonlog, "json")):
        content = (LOGS / f"durations_18.{ending}").read_bytes()
        tally = Tally("x", "x")
        assert len(list(module.read(Stream([(Piece(content, size), tally, True)]), tally))) == COUNT
