"""What the gate's commands are given: a finished report, a baseline, or the sources of an analysis."""

import re
from pathlib import Path

from advisor.analysis import AnalysisRequest, analyze
from advisor.errors import InputError, UsageError
from advisor.gate.baseline import Baseline, baseline_of, read_baseline
from advisor.model.report import Report
from advisor.report.json import load

_HEAD_BYTES = 4096
_REPORT = re.compile(rb'\s*\{\s*"version"\s*:\s*\d+\s*,\s*"sources"\s*:')
_BASELINE = re.compile(rb'\s*\{\s*"advisor"\s*:')
_CONFLICT = (b"<<<<<<<", b"=======", b">>>>>>>")


def load_report(request: AnalysisRequest) -> Report:
    """The report in the only source, when that is one; otherwise the analysis of the sources.

    UsageError when a report comes together with options or sources that only an analysis can use.
    """
    reports = [source for source in request.sources if _head(source, _REPORT)]
    if not reports:
        return analyze(request)
    options = ("postgres", "catalog", "schema", "prefix", "database", "twin")
    given = [f"--{name}" for name in options if getattr(request, name)]
    if len(request.sources) > 1 or given:
        other = given[0] if given else next(source for source in request.sources if source != reports[0])
        raise UsageError(f"{reports[0]} is a finished report, {other} cannot be added to it", "Give one or the other.")
    return load(Path(reports[0]))


def load_state(path: Path) -> Baseline:
    """The state in a baseline file or in a report. InputError when it is neither."""
    if _head(str(path), _REPORT):
        return baseline_of(load(path))
    if _head(str(path), _BASELINE) or _starts_with_conflict(path):
        return read_baseline(path)
    raise InputError(
        f"{path} is neither a baseline nor a report", "`advisor baseline update` and `advisor analyze` write them."
    )


def baseline_or_none(path: Path | None, default: Path) -> Baseline | None:
    """The baseline in `path`, which must exist; else the one in `default` when there is one; else None."""
    if path is not None and not path.is_file():
        raise InputError(f"the baseline {path} does not exist", "`advisor baseline update SOURCE` writes it.")
    chosen = path or default
    return read_baseline(chosen) if chosen.is_file() else None


def _head(source: str, pattern: re.Pattern[bytes]) -> bool:
    path = Path(source)
    if source == "-" or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return pattern.match(file.read(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")) is not None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", "Check the path and its permissions.") from error


def _starts_with_conflict(path: Path) -> bool:
    """A conflict in the header line leaves a file that begins with neither of its two forms."""
    return path.is_file() and path.read_bytes().startswith(_CONFLICT)
