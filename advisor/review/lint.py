"""Files on disk as scripts: which ones a path means, the companions beside them, and the review of all of them."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from advisor.errors import InputError
from advisor.files import read_text
from advisor.model.catalog import Catalog
from advisor.model.finding import Finding
from advisor.model.workload import Workload
from advisor.review import review, silent_rules
from advisor.review.script import Script, companions_of, role_of
from advisor.rules import RuleSet

SUFFIX = ".sql"


class LintResult(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of the files asked for, and which rules could not speak."""

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    silent: dict[str, list[str]]
    """`catalog` or `workload` -> the rules that need it."""


def lint(
    paths: Sequence[Path], rules: RuleSet, *, sends: str = "", catalog: Catalog | None, workload: Workload | None
) -> LintResult:
    """Review the SQL files that `paths` name (a folder means every .sql below it).

    The down and verify files of a migration are looked at for what they say about it, also when they were not asked for; findings
    are reported for the files asked for. Raises InputError for a path that is missing, no text, or without any SQL file.
    """
    asked = _files(paths)
    beside = [path for path in dict.fromkeys(_companions(asked)) if path not in asked]
    scripts = [
        Script(path=str(path), text=_sql(path), role=role_of(path.name), sends=sends) for path in [*asked, *beside]
    ]
    names = {str(path) for path in asked}
    findings = review(scripts, rules, catalog=catalog, workload=_of_database(workload, catalog))
    return LintResult(
        files=tuple(sorted(names)),
        findings=tuple(f for f in findings if f.locations and f.locations[0].file in names),
        silent=silent_rules(rules, catalog=catalog, workload=workload),
    )


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(file for file in path.rglob(f"*{SUFFIX}") if file.is_file())
            if not below:
                raise InputError(f"no {SUFFIX} file below {path}", "Give the folder that holds the migrations.")
            found += below
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _companions(paths: Sequence[Path]) -> list[Path]:
    """The files of the other roles that exist for those given."""
    wanted = [Path(companion) for path in paths for companion in companions_of(str(path))]
    return [path for path in wanted if path.is_file()]


def _sql(path: Path) -> str:
    text = read_text(path)
    if "\0" in text:
        raise InputError(f"{path} is no text: it has NUL bytes", "Give the SQL file of the migration.")
    return text


def _of_database(workload: Workload | None, catalog: Catalog | None) -> Workload | None:
    """The statements of the catalogue's database, where the workload tells databases apart."""
    if workload is None or catalog is None or catalog.database not in {shape.database for shape in workload.shapes}:
        return workload
    shapes = tuple(shape for shape in workload.shapes if shape.database in (catalog.database, ""))
    return msgspec.structs.replace(workload, shapes=shapes)
