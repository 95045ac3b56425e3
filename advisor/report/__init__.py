"""Reports: one module per output format, each with `render(report) -> str`."""

from collections.abc import Callable
from pathlib import Path

from advisor.errors import UsageError
from advisor.files import write_new
from advisor.model.report import Report
from advisor.report import json, markdown

FORMATS: dict[str, Callable[[Report], str]] = {"json": json.render, "markdown": markdown.render}
"""What `--output FORMAT=FILE` accepts. The terminal report is `advisor.report.terminal`: it needs a console."""


def parse_outputs(values: list[str]) -> list[tuple[str, Path]]:
    """`["json=a.json"]` -> [("json", Path("a.json"))]; UsageError names the unknown format or the missing `=`."""
    outputs = []
    for value in values:
        name, equals, file = value.partition("=")
        if not equals or not file or name not in FORMATS:
            raise UsageError(f"--output {value!r} is not FORMAT=FILE", f"FORMAT is one of: {', '.join(FORMATS)}.")
        outputs.append((name, Path(file)))
    return outputs


def write_outputs(report: Report, outputs: list[tuple[str, Path]]) -> None:
    """Render every format first, then write the files: a failure leaves none of them behind. Reports are replaced."""
    for (_, path), text in zip(outputs, [FORMATS[name](report) for name, _ in outputs], strict=True):
        write_new(path, text, replace=True)
