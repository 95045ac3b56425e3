"""The Markdown report, from `templates/report/report.md.j2`."""

import re

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from advisor.model.report import Report
from advisor.report import text
from advisor.resources import data_dir

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def escape(value: object) -> str:
    """Text as Markdown text: no markup, HTML, table or line break of a log's making survives."""
    return _SPECIAL.sub(r"\\\1", _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(str(value).split()))).replace(
        "@", "@\u200b"
    )


def code(value: object) -> str:
    """Text as inline code, fenced with more backticks than it holds."""
    flat = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(str(value).split())).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", flat)), default=0) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def block(value: object) -> str:
    """Text as a fenced SQL block, longer-fenced than anything in it."""
    plain = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value))
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    return f"{fence}sql\n{plain}\n{fence}"


def render(report: Report) -> str:
    """The whole report as GitHub-flavoured Markdown."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(data_dir("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        md=escape, code=code, block=block, ms=text.milliseconds, size=text.size, cost=text.cost, line=text.one_line
    )
    template = environment.get_template("report/report.md.j2")
    return template.render(
        report=report,
        loops=[f for f in text.by_severity(report.findings) if f.rule.startswith("NP1")],
        findings=text.other_findings(report),
        silences=text.silences_by_time(report)[:50],
        repetition=text.repetition,
        change=text.change,
        shapes=text.by_time(report)[:20],
        texts={shape.id: shape.text for shape in report.shapes},
        several=len({shape.database for shape in report.shapes}) > 1,
        benefit=text.benefit,
        count=text.count,
    )
