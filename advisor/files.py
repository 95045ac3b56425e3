"""Files are written whole or not at all, and nothing that exists is replaced unasked."""

import os
import tempfile
from pathlib import Path

from advisor.errors import InputError


def write_new(path: Path, data: str | bytes, *, replace: bool = False) -> None:
    """Write `data` to `path` through a temporary file in the same folder and a rename.

    Raises InputError when the file exists (unless `replace`) or cannot be written.
    """
    if path.exists() and not replace:
        raise InputError(f"{path} exists already", "Choose another name, or remove it first.")
    raw = data.encode() if isinstance(data, str) else data
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}", "Check the folder and its permissions.") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        temporary.chmod(0o644)
        temporary.rename(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(f"cannot write {path}: {error.strerror}", "Check the folder and its permissions.") from error


def read_text(path: Path) -> str:
    """The text of a small file of ours or of the user; InputError when it cannot be read or is no UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start})", "Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", "Check the path and its permissions.") from error
