"""Opening inputs: paths, directories and standard input; compression is recognised by content, whatever the name says."""

import bz2
import gzip
import io
import lzma
import os
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

from advisor.errors import InputError
from advisor.sources.base import BLOCK_BYTES, HEAD_BYTES

STDIN = "-"
BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


class _Readable(Protocol):
    def read1(self, size: int = -1, /) -> bytes: ...
    def close(self) -> None: ...


class OpenFile:
    """One file or standard input: name, decompressed head, and all its blocks (once)."""

    def __init__(self, name: str) -> None:
        """Open `name` and read its head. Raises InputError when it cannot be opened or is a damaged archive from the start."""
        self.name = name
        self.problem = ""
        self._raw = _open(name)
        self.compression, self._data = _decompressed(self._raw)
        self._ended = False
        self.closed = False
        self.head = self._fill(HEAD_BYTES)
        if self.problem and not self.head:
            self.close()
            raise InputError(
                f"{name}: {self.problem}", "Copy the file again, or decompress it and give the plain file."
            )

    def position(self) -> int:
        """Bytes read so far of what is on disk (compressed, if it is)."""
        return self._raw.tell() if self._raw.seekable() else 0

    def blocks(self) -> Iterator[bytes]:
        """Everything, head included."""
        if self.head:
            yield self.head
        while block := self._fill(BLOCK_BYTES):
            yield block
        self.close()

    def close(self) -> None:
        """Harmless when called twice."""
        self.closed = True
        self._data.close()
        if self.name != STDIN:
            self._raw.close()

    def _fill(self, size: int) -> bytes:
        """At least `size` bytes unless the end comes first; what precedes a damaged place is kept."""
        pieces: list[bytes] = []
        got = 0
        while got < size and not self._ended:
            try:
                piece = self._data.read1(size - got)
            except BROKEN as error:
                self._ended = True
                what = "truncated or damaged" if self.compression else "unreadable"
                self.problem = f"{self.compression or 'file'} {what} from here on ({_reason(error)})"
                break
            self._ended = not piece
            pieces.append(piece)
            got += len(piece)
        return b"".join(pieces)


def find_files(path: str) -> list[str]:
    """The files that `path` means: itself, or everything below a directory (sorted, hidden files left out).

    Raises InputError when there is no such file or the directory holds none.
    """
    if path == STDIN:
        return [STDIN]
    place = Path(path)
    if not place.exists():
        raise InputError(f"{path} does not exist", "Check the path; `-` reads standard input.")
    if not place.is_dir():
        return [path]
    found = []
    for folder, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [str(Path(folder) / name) for name in sorted(names) if not name.startswith(".")]
    if not found:
        raise InputError(
            f"the directory {path} holds no files", "Give the directory of the server's logs (log_directory)."
        )
    return found


def _open(name: str) -> BinaryIO:
    if name == STDIN:
        return sys.stdin.buffer
    try:
        return Path(name).open("rb", buffering=BLOCK_BYTES)
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror}", "Check the path and its permissions.") from error


def _decompressed(raw: BinaryIO) -> tuple[str, _Readable]:
    """The compression by its magic number, and a reader of what is inside."""
    buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)  # type: ignore[type-var]
    magic = buffered.peek(8)[:8]
    if magic.startswith(b"\x1f\x8b"):
        return "gzip", gzip.GzipFile(fileobj=buffered)
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        reader = zstandard.ZstdDecompressor().stream_reader(buffered, read_across_frames=True, closefd=False)
        return "zstd", _Zstandard(reader)
    if magic.startswith(b"BZh"):
        return "bzip2", bz2.BZ2File(buffered)
    if magic.startswith(b"\xfd7zXZ\x00"):
        return "xz", lzma.LZMAFile(buffered)
    return "", buffered


class _Zstandard:
    """zstandard's reader, with a plain `read1`."""

    def __init__(self, reader: zstandard.ZstdDecompressionReader) -> None:
        self._reader = reader

    def read1(self, size: int = -1, /) -> bytes:
        return self._reader.read1(size)

    def close(self) -> None:
        """The file below is closed by its owner."""


def _reason(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
