"""Loads the examples of `rules/migration`: which files belong together, what they must fire, how they are sent."""

import re
from pathlib import Path
from typing import NamedTuple

from advisor.resources import data_dir
from advisor.rules import default_rules

FAMILY = data_dir("rules") / "migration"
_EXPECT = re.compile(r"^-- expect: (.+)$", re.MULTILINE)
_RUNNER = re.compile(r"^-- runner: (\S+)$", re.MULTILINE)


class Example(NamedTuple):
    """One example: the files of one stem (`bad.up.sql` and `bad.down.sql` are one)."""

    rule: str
    folder: Path
    stem: str
    files: tuple[Path, ...]

    @property
    def text(self) -> str:
        return "\n".join(path.read_text() for path in self.files)

    @property
    def expected(self) -> set[str]:
        """Ids that must fire: none for a good example, else the rule's own or those of the `-- expect:` line."""
        if self.stem.startswith("good"):
            return set()
        match = _EXPECT.search(self.text)
        return set(match[1].split(", ")) if match else {self.rule}

    @property
    def runner(self) -> str:
        match = _RUNNER.search(self.text)
        return match[1] if match else "psql"

    @property
    def schema(self) -> Path | None:
        path = self.folder / "schema.sql"
        return path if path.exists() else None

    @property
    def workload(self) -> Path | None:
        path = self.folder / "workload.sql"
        return path if path.exists() else None


def examples() -> list[Example]:
    """Every example of the family, sorted."""
    found = []
    for folder in sorted(path.parent for path in FAMILY.glob("*/rule.toml")):
        rule = folder.name.split("-", 1)[0]
        stems: dict[str, list[Path]] = {}
        for path in sorted(folder.glob("*.sql")):
            stem = path.name.split(".", 1)[0]
            if stem.startswith(("bad", "good")):
                stems.setdefault(stem, []).append(path)
        found += [Example(rule, folder, stem, tuple(paths)) for stem, paths in sorted(stems.items())]
    return found


def example_id(example: Example) -> str:
    return f"{example.rule}-{example.stem}"


def needs_catalog(example: Example) -> bool:
    """A schema.sql serves the server tests too; the review gets it where the rule asks for it, or a workload needs it."""
    return example.workload is not None or "catalog" in default_rules()[example.rule].needs
