"""Snapshot files: what is written is what is read, and anything else is refused with a clear word."""

import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.engines.postgres.catalog.snapshot import read_snapshot, write_snapshot
from advisor.errors import InputError
from advisor.model.catalog import Catalog, Column, ColumnStatistics, Constraint, Index, Table
from advisor.model.index import IndexKey, IndexSpec

TEXT = st.text(max_size=12)
SHARE = st.floats(0, 1, width=32)
STATISTICS = st.builds(
    ColumnStatistics,
    null_frac=SHARE,
    avg_width=st.integers(0, 9999),
    n_distinct=st.floats(-1, 1e9),
    correlation=st.none() | st.floats(-1, 1, width=32),
    most_common_vals=st.none() | TEXT,
    most_common_freqs=st.none() | st.lists(SHARE, max_size=4).map(tuple),
)
SPECS = st.builds(
    IndexSpec, TEXT, TEXT, st.lists(st.builds(IndexKey, TEXT, TEXT, st.booleans()), max_size=3).map(tuple)
)
INDEXES = st.builds(
    Index,
    name=TEXT,
    spec=SPECS,
    definition=TEXT,
    statistics=st.lists(st.tuples(st.integers(1, 9), STATISTICS), max_size=2).map(tuple),
)
COLUMNS = st.builds(Column, name=TEXT, type=TEXT, statistics=st.lists(STATISTICS, max_size=2).map(tuple))
TABLES = st.builds(
    Table,
    schema=TEXT,
    name=TEXT,
    columns=st.lists(COLUMNS, max_size=3).map(tuple),
    indexes=st.lists(INDEXES, max_size=2).map(tuple),
    constraints=st.lists(st.builds(Constraint, name=TEXT, kind=TEXT, definition=TEXT), max_size=2).map(tuple),
    rows=st.floats(-1, 1e12),
    partition_of=st.none() | st.tuples(TEXT, TEXT),
)
CATALOGS = st.builds(
    Catalog, tables=st.lists(TABLES, max_size=3).map(tuple), settings=st.dictionaries(TEXT, TEXT, max_size=3)
)


@given(CATALOGS, st.sampled_from([".json", ".json.gz", ".json.zst"]))
def test_what_is_written_is_read_back(catalog: Catalog, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"shop{suffix}"
        write_snapshot(catalog, path)
        assert read_snapshot(path) == catalog


def test_compression_is_seen_from_the_content(tmp_path: Path) -> None:
    write_snapshot(Catalog(database="shop"), tmp_path / "shop.json.gz")
    (tmp_path / "shop.json.gz").rename(tmp_path / "renamed.json")
    assert read_snapshot(tmp_path / "renamed.json").database == "shop"


def test_equal_catalogues_are_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.json.gz", "b.json.gz"):
        write_snapshot(Catalog(settings={"b": "2", "a": "1"} if name < "b" else {"a": "1", "b": "2"}), tmp_path / name)
    assert (tmp_path / "a.json.gz").read_bytes() == (tmp_path / "b.json.gz").read_bytes()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no snapshot"),
        (b"\x00\xff\x00", "no snapshot"),
        (b"LOG:  statement: SELECT 1", "no snapshot"),
        (b'{"some": "json"}', "no snapshot"),
        (b"[" * 100_000, "no snapshot"),
        (b'{"format": "advisor-snapshot", "version": 99, "catalog": {}}', "version 99"),
        (b'{"format": "advisor-snapshot", "version": 1, "catalog": {"tables": 5}}', "damaged"),
        (b'{"format": "advisor-snapshot", "version": 1, "catalog": {"tab', "no snapshot"),
        (gzip.compress(b'{"format": "advisor-snapshot"}' * 500)[:-20], "cut off"),
        (b"\x1f\x8bnonsense", "decompressed"),
        (b"\x28\xb5\x2f\xfdnonsense", "decompressed"),
    ],
    ids=[
        "empty",
        "binary",
        "log",
        "other json",
        "nested",
        "later",
        "types",
        "cut json",
        "cut gzip",
        "no gzip",
        "no zstd",
    ],
)
def test_a_broken_or_foreign_file_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read_snapshot(tmp_path / "file")
    assert caught.value.hint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.json"):
        read_snapshot(tmp_path / "nothing.json")


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    write_snapshot(Catalog(), tmp_path / "a.json")
    with pytest.raises(InputError, match="exists"):
        write_snapshot(Catalog(), tmp_path / "a.json")
    write_snapshot(Catalog(database="new"), tmp_path / "a.json", replace=True)
    assert read_snapshot(tmp_path / "a.json").database == "new"
