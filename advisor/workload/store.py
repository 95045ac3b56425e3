"""Digest files: a Workload as JSON (`.json`, or compressed as `.json.gz` or `.json.zst`), with a marker and a version.

A digest holds samples with their literals, because plans need values: treat the file like the log it came from.
"""

import gzip
import zlib
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from advisor.errors import InputError
from advisor.files import write_new
from advisor.model.workload import Workload
from advisor.workload.merge import merge

MARKER = b'{"advisor_digest":'
"""How every digest file starts, once decompressed."""
VERSION = Workload().version


class _File(msgspec.Struct, frozen=True):
    advisor_digest: int
    workload: msgspec.Raw


def is_digest(head: bytes) -> bool:
    """Whether decompressed content that starts with `head` is a digest file."""
    return head.lstrip()[: len(MARKER)] == MARKER


def encode(workload: Workload) -> bytes:
    """The bytes of a digest file; equal workloads give equal bytes."""
    content = msgspec.json.encode({"advisor_digest": VERSION, "workload": workload})
    return content + b"\n"


def decode(content: bytes, name: str) -> Workload:
    """The workload of a decompressed digest file called `name`; InputError when it is none or of a later version."""
    try:
        file = msgspec.json.decode(content, type=_File)
        if file.advisor_digest != VERSION:
            raise InputError(
                f"{name} is a digest of version {file.advisor_digest}, this program reads version {VERSION}",
                "Digest the logs again with this version, or use the version that wrote it.",
            )
        return msgspec.json.decode(file.workload, type=Workload)
    except msgspec.MsgspecError as error:
        raise InputError(
            f"{name} is not a digest file: {error}", "Write one with `advisor digest LOG -o FILE`."
        ) from error


def write_digest(workload: Workload, path: Path, *, replace: bool = False) -> None:
    """Write a digest file, compressed as its suffix says; InputError when it exists (unless `replace`)."""
    content = encode(workload)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    elif path.suffix == ".zst":
        content = zstandard.compress(content)
    write_new(path, content, replace=replace)


def read_digest(path: Path) -> Workload:
    """Read a digest file, compressed or not; InputError when it cannot be read."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        elif content[:4] == b"\x28\xb5\x2f\xfd":
            with zstandard.ZstdDecompressor().stream_reader(content) as reader:
                content = reader.read()
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror or error}", "Check the path and its permissions."
        ) from error
    except (EOFError, zlib.error, zstandard.ZstdError) as error:
        raise InputError(f"{path} is damaged: {error}", "Copy or write it again.") from error
    return decode(content, str(path))


def merge_all(workloads: list[Workload]) -> Workload:
    """All of them as one."""
    merged = Workload()
    for workload in workloads:
        merged = merge(merged, workload)
    return merged


def summary(workload: Workload) -> dict[str, Any]:
    """What a digest holds, in numbers."""
    return {
        "shapes": len(workload.shapes),
        "executions": sum(shape.calls for shape in workload.shapes),
        "loops": len(workload.loops),
        "sources": len(workload.sources),
    }
