"""Migration files: recommendations that were accepted, written for a runner, reviewed once more, or refused.

`plan_migrations` decides which; a `Format` says how a runner wants them; `emit` writes all of them or none.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from advisor.emit import sql, supabase
from advisor.emit.format import File, Format
from advisor.emit.numbering import numbers
from advisor.emit.plan import plan_migrations, without_migration
from advisor.errors import InputError, Refused, UsageError
from advisor.files import write_new
from advisor.model.finding import Finding
from advisor.model.migration import Migration
from advisor.review import Script, review
from advisor.rules import RuleSet, default_rules

__all__ = ["FORMATS", "File", "Format", "emit", "format_named", "plan_migrations", "render_files", "without_migration"]

FORMATS: dict[str, Format] = {format.name: format for format in (sql.FORMAT, supabase.FORMAT)}
"""What `--framework` accepts."""

_UNSAFE_IN_FOLDER = re.compile(r"[^A-Za-z0-9_-]+")


def format_named(name: str) -> Format:
    """The format of that name; UsageError lists the names there are."""
    if name not in FORMATS:
        raise UsageError(f"--framework {name!r} is unknown", f"Use one of: {', '.join(FORMATS)}.")
    return FORMATS[name]


def emit(
    migrations: Sequence[Migration],
    format: Format,
    out: Path,
    *,
    number: int | None = None,
    timestamp: str | None = None,
    rules: RuleSet | None = None,
) -> list[Path]:
    """Write the files of `migrations` below `out` and return their paths, in the order in which to apply them.

    `number` and `timestamp` are those of the first file, see `numbering.numbers`. Equal arguments over an equal folder write equal bytes.
    Raises Refused when a migration or a file of it has an unwaived error, InputError when a file exists: nothing is written then.
    """
    if format.folder.parts and out.parts[-len(format.folder.parts) :] == format.folder.parts:
        raise UsageError(f"--out {out} is the folder of {format.folder} itself", "Give the project's folder above it.")
    files = render_files(migrations, format, out, number=number, timestamp=timestamp)
    refuse_errors([*(f for m in migrations for f in m.findings), *_reviewed(files, rules or default_rules())])
    for migration in migrations:
        _refuse_long_name(migration, format)
    paths = [out / file.path for file in files]
    for path in paths:
        if path.exists():
            raise InputError(f"{path} exists already", "Nothing was written. Choose another --out, or a later number.")
    _write(paths, files)
    return paths


def _write(paths: Sequence[Path], files: Sequence[File]) -> None:
    """All of them or none: when one cannot be written, those before it go away again."""
    for number, (path, file) in enumerate(zip(paths, files, strict=True)):
        try:
            write_new(path, file.text)
        except InputError:
            for written in paths[:number]:
                written.unlink(missing_ok=True)
            raise


def render_files(
    migrations: Sequence[Migration],
    format: Format,
    out: Path,
    *,
    number: int | None = None,
    timestamp: str | None = None,
) -> list[File]:
    """The files that `emit` would write. Several databases get a folder each, and numbers of their own."""
    ordered = sorted(migrations, key=lambda migration: migration.database)
    databases = sorted({migration.database for migration in ordered})
    files: list[File] = []
    for database, group in groupby(ordered, key=lambda migration: migration.database):
        base = PurePosixPath(database_folder(database)) if len(databases) > 1 else PurePosixPath()
        sequence = numbers(format, out / base / format.folder, number, timestamp)
        for migration, version in zip(group, sequence, strict=False):
            files += [replace(f, path=base / f.path, database=database) for f in format.render(migration, version)]
    return files


def database_folder(database: str) -> str:
    """A folder name for a database whose name may be anything; what had to be replaced is told apart by a hash."""
    plain = _UNSAFE_IN_FOLDER.sub("_", database)
    if plain == database and plain:
        return plain
    return f"{plain or 'database'}_{hashlib.sha256(database.encode()).hexdigest()[:8]}"


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Raise Refused when an error among the findings is not waived; the message lists every one of them."""
    errors = [finding for finding in findings if finding.severity == "error" and not finding.waived]
    if errors:
        lines = "\n".join(f"  {finding.rule} {finding.message}" for finding in errors)
        raise Refused(
            f"review found {len(errors)} error(s), nothing was written:\n{lines}",
            "`advisor rules show ID` explains each; `advisor review` can edit or reject the recommendation.",
        )


def _reviewed(files: Sequence[File], rules: RuleSet) -> list[Finding]:
    """What the rules say about the files. The review knows the files of one migration by their names, so folders are left out."""
    findings: list[Finding] = []
    for _, group in groupby(files, key=lambda file: file.database):
        scripts = [Script(path=f.path.name, text=f.text, role=f.role, sends=f.sends) for f in group]
        findings += review(scripts, rules)
    return findings


def _refuse_long_name(migration: Migration, format: Format) -> None:
    length = len(migration.index_name.encode())
    if length > format.name_limit:
        raise Refused(
            f"{migration.index_name} has {length} bytes, {format.name} allows {format.name_limit}; nothing was written",
            "`advisor review --edit` gives it a shorter name.",
        )
