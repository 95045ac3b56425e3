"""`advisor digest`: logs in, one small mergeable file out."""

from pathlib import Path
from typing import Annotated

import typer

from advisor.cli.console import note
from advisor.errors import UsageError


def command(
    sources: Annotated[list[str], typer.Argument(help="Logs, folders or `-`; with --merge, digest files.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write: .json, .json.gz or .json.zst.")],
    merge: Annotated[bool, typer.Option("--merge", help="SOURCES are digest files: write them as one.")] = False,
    prefix: Annotated[
        str | None, typer.Option(help="log_line_prefix of the server, when it is not recognised.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE when it exists.")] = False,
) -> None:
    """Digest logs into one file that `analyze` reads like a log and that merges with others.

    Example:

        advisor digest postgresql-*.log.gz -o monday.json.zst
        advisor digest --merge monday.json.zst tuesday.json.zst -o week.json.zst
    """
    from advisor.workload.store import merge_all, read_digest, summary, write_digest

    if merge:
        if prefix is not None:
            raise UsageError("--prefix has no meaning with --merge", "Leave it out: digests are read, not logs.")
        workload = merge_all([read_digest(Path(source)) for source in sources])
    else:
        from advisor.sources import open_sources
        from advisor.workload.digest import digest

        workload = digest(open_sources(sources, prefix=prefix))
    write_digest(workload, output, replace=force)
    numbers = summary(workload)
    note(f"{output}: {numbers['executions']} executions of {numbers['shapes']} statements, {numbers['loops']} loops")
