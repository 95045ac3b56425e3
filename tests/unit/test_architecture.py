"""The house as the README draws it: one direction of imports, small modules, no data folder left out of the wheel."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "advisor"
LAYERS = [
    {"errors", "resources", "model"},
    {"files", "rules", "jsonl"},
    {"config"},
    {"engines", "sources", "workload"},
    {"detect"},
    {"recommend"},
    {"review"},
    {"report", "recording"},
    {"emit"},
    {"reading"},
    {"analysis"},
    {"gate", "demo"},
    {"cli"},
]
"""From the bottom up: a package may import its own layer and those below it."""
LONGEST_MODULE = 350


def _layer(name: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if name in names)


def _modules() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem not in ("__init__", "__main__"))


@pytest.mark.parametrize("path", _modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            parts = name.split(".")
            if parts[0] == "advisor" and len(parts) > 1 and own != parts[1]:
                assert _layer(parts[1]) <= _layer(own), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", _modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_is_short_enough_to_hold_one_thing(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


def test_no_command_imports_a_heavy_library_just_to_know_its_options() -> None:
    heavy = {"psycopg", "sqlglot", "jinja2", "rich", "pymongo", "msgspec", "scipy"}
    for path in (PACKAGE / "cli").glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not heavy & {name.split(".")[0] for name in names}, path
