"""Supabase: `supabase/migrations/20260101120000_add_x.sql`, and beside that folder the verify and down scripts for psql.

The CLI has no down migrations. It runs a concurrent build outside of its pipeline since 2.109, and only when that is a statement of
its own; older versions refuse it. So the file holds the CREATE INDEX alone.
"""

from pathlib import PurePosixPath

from advisor.emit.format import File, Format
from advisor.emit.template import render
from advisor.engines.postgres.render import NAME_BYTES
from advisor.model.migration import Migration

MIGRATIONS = PurePosixPath("supabase/migrations")
SCRIPTS = PurePosixPath("supabase/advisor")
"""Not below `migrations`: the CLI would take a script there for a migration."""


def _files(migration: Migration, timestamp: str) -> tuple[File, ...]:
    stem = f"{timestamp}_{migration.slug}"
    down, verify = SCRIPTS / f"{stem}.down.sql", SCRIPTS / f"{stem}.verify.sql"
    up = render("supabase/up.sql.j2", migration, down=str(down), verify=str(verify))
    return (
        File(path=MIGRATIONS / f"{stem}.sql", text=up, role="up", sends="one-query"),
        File(path=down, text=render("sql/down.sql.j2", migration), role="down", sends="statements"),
        File(path=verify, text=render("sql/verify.sql.j2", migration), role="verify", sends="statements"),
    )


FORMAT = Format(
    name="supabase",
    runner="supabase migration up",
    one_statement=True,
    name_limit=NAME_BYTES,
    supports_concurrently=True,
    has_down=False,
    sends="one-query",
    numbering="timestamp",
    folder=MIGRATIONS,
    render=_files,
)
