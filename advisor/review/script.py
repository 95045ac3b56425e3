"""Script: a migration file as the review receives it, and how the known runners send one to the server."""

from collections.abc import Sequence
from pathlib import PurePath

import msgspec

from advisor.errors import UsageError

RUNNERS = {
    "psql": "statements",
    "sqitch": "statements",
    "supabase": "",
    "golang-migrate": "one-query",
    "prisma": "one-query",
    "drizzle": "transaction",
    "single-transaction": "transaction",
}
"""How each sends a file. Supabase has no entry of its own: CLI versions before 2.109 send a pipeline, later ones statements."""

ROLES = ("up", "down", "verify")


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `sends` says how it reaches the server; `` means that nobody said."""

    path: str
    text: str
    kind: str = "sql"
    role: str = ""
    """`up`, `down`, `verify`, or `` for a file that stands alone."""
    sends: str = ""
    """`statements` (one by one), `one-query` (the whole file as one simple query) or `transaction` (wrapped in BEGIN ... COMMIT)."""


def role_of(path: str) -> str:
    """`0001_x.down.sql` is a `down`; a file without such a suffix has no role."""
    parts = PurePath(path).name.lower().split(".")
    return parts[-2] if len(parts) > 2 and parts[-2] in ROLES else ""


HIDDEN, SHOWN = "advisor", "migrations"
"""A runner that would apply every file of its folder `migrations` gets the down and verify scripts in `advisor` beside it."""


def migration_of(path: str) -> str:
    """What the files of one migration share: the path without role and `.sql`, in the runner's own folder."""
    stem = path[: -len(".sql")] if path.lower().endswith(".sql") else path
    role = role_of(path)
    stem = stem[: -len(role) - 1] if role else stem
    place = PurePath(stem)
    return str(place.parent.with_name(SHOWN) / place.name) if place.parent.name == HIDDEN else stem


def companions_of(path: str) -> list[str]:
    """Where the down, up and verify scripts of the migration that `path` belongs to may be."""
    place = PurePath(migration_of(path))
    folders = [place.parent] + ([place.parent.with_name(HIDDEN)] if place.parent.name == SHOWN else [])
    return [str(folder / f"{place.name}.{role}.sql") for folder in folders for role in ROLES]


def sends_of(runner: str) -> str:
    """How `runner` sends a file; `` for the empty name. UsageError when the runner is unknown."""
    if not runner:
        return ""
    if runner not in RUNNERS:
        raise UsageError(f"unknown runner {runner!r}", f"Known: {', '.join(sorted(RUNNERS))}.")
    return RUNNERS[runner]


def scripts_by_migration(scripts: Sequence[Script]) -> dict[str, dict[str, Script]]:
    """Migration -> role -> script."""
    found: dict[str, dict[str, Script]] = {}
    for script in scripts:
        found.setdefault(migration_of(script.path), {})[script.role or "up"] = script
    return found
