"""What a migration format is: what its runner can do, how it numbers files, and which files one migration becomes."""

from collections.abc import Callable
from pathlib import PurePosixPath

import msgspec

from advisor.model.migration import Migration


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file to write. `path` is relative to the folder that the user named."""

    path: PurePosixPath
    text: str
    role: str
    """`up`, `down` or `verify`."""
    sends: str
    """How whoever runs it sends it: `statements`, `one-query` or `transaction`."""
    database: str = ""


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One migration format. The declarations are facts about the runner; tests hold the files to them."""

    name: str
    runner: str
    """The command that applies the files, for the person who reads the list of written files."""
    one_statement: bool
    """A file that the runner applies holds exactly one statement."""
    name_limit: int
    """Longest index name in bytes."""
    supports_concurrently: bool
    """The runner can apply a statement outside of a transaction."""
    has_down: bool
    """The runner itself can undo; otherwise the undo script is for psql."""
    sends: str
    """How the runner sends a file; see `File.sends`."""
    numbering: str
    """`number` (0001, 0002 ...) or `timestamp` (YYYYMMDDHHMMSS)."""
    folder: PurePosixPath
    """Where the numbered files are, relative to the folder that the user named."""
    render: Callable[[Migration, str], tuple[File, ...]]
    """(migration, its number or timestamp) -> the files it becomes."""
