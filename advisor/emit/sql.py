"""Plain SQL for psql: `0001_add_x.up.sql`, `.down.sql`, `.verify.sql`. The up file heals what a failed run left behind."""

from pathlib import PurePosixPath

from advisor.emit.format import File, Format
from advisor.emit.template import render
from advisor.engines.postgres.render import NAME_BYTES
from advisor.model.migration import Migration

ROLES = ("up", "down", "verify")


def _files(migration: Migration, number: str) -> tuple[File, ...]:
    return tuple(
        File(
            path=PurePosixPath(f"{number}_{migration.slug}.{role}.sql"),
            text=render(f"sql/{role}.sql.j2", migration),
            role=role,
            sends="statements",
        )
        for role in ROLES
    )


FORMAT = Format(
    name="sql",
    runner="psql -v ON_ERROR_STOP=1 -f FILE",
    one_statement=False,
    name_limit=NAME_BYTES,
    supports_concurrently=True,
    has_down=True,
    sends="statements",
    numbering="number",
    folder=PurePosixPath(),
    render=_files,
)
