"""What a person decided about each recommendation, kept in a file that is committed with the migrations.

One line a recommendation, sorted by id: `accept`, `reject` with a reason, or `edit` with other DDL. A rejected recommendation stays
rejected until somebody accepts it by its id; `accept_all` leaves it alone.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from advisor.errors import ConfigError, UsageError
from advisor.files import write_new
from advisor.jsonl import Header, dump, load
from advisor.model.migration import Decision
from advisor.model.recommendation import Recommendation
from advisor.model.report import Report

DEFAULT_FILE = Path(".advisor/decisions.jsonl")
KIND = "decisions"
VERSION = 1
VERDICTS = ("accept", "reject", "edit")
_HINT = "`advisor review REPORT` writes this file; mend the line, or restore the file from version control."


def read_decisions(path: Path) -> list[Decision] | None:
    """The decisions in `path`; None when there is no such file. Raises ConfigError when it cannot be used."""
    if not path.exists():
        return None
    _, lines = load(path, KIND, VERSION, _HINT, Header, Decision)
    decisions = [line for line in lines if isinstance(line, Decision)]
    for decision in decisions:
        check(decision, str(path))
    ids = [decision.recommendation for decision in decisions]
    if len(set(ids)) != len(ids):
        doubled = next(name for name in ids if ids.count(name) > 1)
        raise ConfigError(f"{path} decides {doubled} twice", "Keep one of the two lines.")
    return decisions


def write_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Replace `path` with these decisions, sorted by recommendation."""
    ordered = sorted(decisions, key=lambda decision: decision.recommendation)
    write_new(path, dump(Header(advisor=KIND, version=VERSION), ordered), replace=True)


def check(decision: Decision, where: str) -> None:
    """Raise UsageError when a decision lacks what its verdict needs."""
    if decision.verdict not in VERDICTS:
        raise UsageError(f"{where}: verdict {decision.verdict!r} is unknown", f"Use {', '.join(VERDICTS)}.")
    if decision.verdict == "reject" and not decision.reason.strip():
        raise UsageError(f"{where}: {decision.recommendation} is rejected without a reason", "Say why: --reason TEXT.")
    if decision.verdict == "edit" and not decision.ddl.strip():
        raise UsageError(f"{where}: {decision.recommendation} is edited without DDL", "Give it: --ddl SQL.")


def decide(
    decisions: Sequence[Decision], item: Recommendation, verdict: str, *, reason: str = "", ddl: str = ""
) -> list[Decision]:
    """`decisions` with one more, which replaces an earlier one about the same recommendation. Raises UsageError, see `check`."""
    decision = Decision(
        recommendation=item.id, verdict=verdict, reason=reason, ddl=ddl, subject="; ".join(item.ddl) or item.relation
    )
    check(decision, "decision")
    return [*(d for d in decisions if d.recommendation != item.id), decision]


def accept_all(decisions: Sequence[Decision], report: Report) -> list[Decision]:
    """Accept everything that is not decided yet."""
    known = {decision.recommendation for decision in decisions}
    result = list(decisions)
    for item in report.recommendations:
        if item.id not in known:
            result = decide(result, item, "accept")
    return result


def recommendation(report: Report, id: str) -> Recommendation:
    """The recommendation with that id or with an id that begins so; UsageError when there is none or more than one."""
    found = [item for item in report.recommendations if item.id.startswith(id)]
    exact = [item for item in found if item.id == id]
    if len(exact or found) != 1 or not id:
        known = ", ".join(item.id for item in report.recommendations) or "the report has none"
        raise UsageError(f"{len(found)} recommendations have the id {id!r}", f"Ids: {known}.")
    return (exact or found)[0]


def undecided(decisions: Sequence[Decision], report: Report) -> list[Recommendation]:
    """Recommendations nobody has said anything about, in the order of the report."""
    known = {decision.recommendation for decision in decisions}
    return [item for item in report.recommendations if item.id not in known]


def stale(decisions: Sequence[Decision], report: Report) -> list[Decision]:
    """Decisions about recommendations that this report does not make (any more)."""
    known = {item.id for item in report.recommendations}
    return [decision for decision in decisions if decision.recommendation not in known]
