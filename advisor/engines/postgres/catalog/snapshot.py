"""Snapshot files: a catalogue on disk, as JSON, plain or compressed with gzip or zstd.

A file holds schema and statistics, no rows, no host, no user, no password. What it was compressed with is seen from its
first bytes, not from its name.
"""

import gzip
import zlib
from pathlib import Path

import msgspec
import zstandard

from advisor.errors import InputError
from advisor.files import write_new
from advisor.model.catalog import Catalog

VERSION = 1
LARGEST = 1 << 30
"""Bytes after decompression: a thousand tables take about 30 MB, so more than this is no snapshot."""

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_HINT = "Make one with `advisor snapshot postgresql://... -o FILE`."


class _Snapshot(msgspec.Struct, frozen=True, tag_field="format", tag="advisor-snapshot"):
    version: int
    catalog: Catalog


class _Head(msgspec.Struct, frozen=True):
    """Enough of any JSON document to say whether it is ours."""

    format: str = ""
    version: int = 0


def write_snapshot(catalog: Catalog, path: Path, *, replace: bool = False) -> None:
    """Write `catalog` to `path`, compressed when its name ends in `.gz` or `.zst`.

    Raises InputError when the file exists (unless `replace`) or cannot be written. Equal catalogues are equal bytes.
    """
    data = msgspec.json.encode(_Snapshot(VERSION, catalog), order="deterministic")
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    elif path.suffix == ".zst":
        data = zstandard.compress(data, 10)
    write_new(path, data, replace=replace)


def read_snapshot(path: Path) -> Catalog:
    """The catalogue in the file. Raises InputError for a missing, cut, foreign or newer file."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", "Check the path and its permissions.") from error
    data = _decompressed(raw, path)
    try:
        head = msgspec.json.decode(data, type=_Head)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"{path} is no snapshot: {error}", _HINT) from error
    if head.format != "advisor-snapshot":
        raise InputError(f"{path} is a JSON file, but no snapshot", _HINT)
    if head.version != VERSION:
        raise InputError(f"{path} has snapshot version {head.version}, this program reads {VERSION}", _HINT)
    try:
        return msgspec.json.decode(data, type=_Snapshot).catalog
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(f"{path} is a damaged snapshot: {error}", _HINT) from error


def _decompressed(raw: bytes, path: Path) -> bytes:
    try:
        if raw.startswith(_GZIP):
            stream = zlib.decompressobj(wbits=31)
            data = stream.decompress(raw, LARGEST)
            complete = stream.eof
        elif raw.startswith(_ZSTD):
            decompressor = zstandard.ZstdDecompressor().decompressobj()
            size = zstandard.frame_content_size(raw)
            if size > LARGEST:
                raise InputError(f"{path} is too large for a snapshot", _HINT)
            data = decompressor.decompress(raw)
            complete = decompressor.eof
        else:
            return raw
    except (zlib.error, zstandard.ZstdError) as error:
        raise InputError(f"{path} cannot be decompressed: {error}", "Copy the file again.") from error
    if not complete:
        raise InputError(f"{path} is cut off or too large for a snapshot", "Copy the file again.")
    return data
