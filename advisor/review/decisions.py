"""What a person decided about each recommendation, kept in a file that is committed with the migrations.

One line a recommendation, sorted by id: `accept`, `reject` with a reason, or `edit` with other DDL. A rejected recommendation stays
rejected until somebody accepts it by its id; `accept_all` leaves it alone.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from advisor.errors import ConfigError, Refused, UsageError
from advisor.files import write_new
from advisor.jsonl import Header, dump, load
from advisor.model.migration import Decision
from advisor.model.recommendation import Recommendation
from advisor.model.report import Report
from advisor.review.change import review_edit
from advisor.rules import RuleSet

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


def decisions_for(path: Path | None) -> list[Decision] | None:
    """The decisions to go by: those in `path`, which must exist, else those in DEFAULT_FILE, else None: nobody has decided."""
    if path is not None and not path.exists():
        raise ConfigError(
            f"the decisions file {path} does not exist", "`advisor review REPORT --decisions FILE` writes it."
        )
    return read_decisions(path or DEFAULT_FILE)


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


def edited(
    decisions: Sequence[Decision], item: Recommendation, ddl: str, reason: str, rules: RuleSet
) -> list[Decision]:
    """`decisions` with an edit that the rules have no unwaived error for. Raises ConfigError or Refused otherwise."""
    errors = [f for f in review_edit(item, ddl, rules) if f.severity == "error" and not f.waived]
    if errors:
        listed = "; ".join(f"{finding.rule} {finding.message}" for finding in errors)
        raise Refused(f"the edit of {item.id} does not pass review: {listed}", "`advisor rules show ID` explains each.")
    return decide(decisions, item, "edit", reason=reason, ddl=ddl)


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided by flags; ids may be cut as long as they are unambiguous."""

    accept: Sequence[str] = ()
    reject: Sequence[str] = ()
    edit: str | None = None
    ddl: str = ""
    reason: str = ""
    accept_all: bool = False

    @property
    def given(self) -> bool:
        return bool(self.accept or self.reject or self.edit or self.accept_all)


def apply_choices(decisions: Sequence[Decision], report: Report, choices: Choices, rules: RuleSet) -> list[Decision]:
    """`decisions` with the choices made, in the order reject, edit, accept, accept all. Raises UsageError for contradictions."""
    accept = {recommendation(report, id).id for id in choices.accept}
    reject = {recommendation(report, id).id for id in choices.reject}
    edit = {recommendation(report, choices.edit).id} if choices.edit else set()
    if twice := (accept & reject) | (accept & edit) | (reject & edit):
        raise UsageError(f"{min(twice)} is given to two options", "Decide once for each recommendation.")
    result = list(decisions)
    for id in sorted(reject):
        result = decide(result, recommendation(report, id), "reject", reason=choices.reason)
    for id in edit:
        result = edited(result, recommendation(report, id), choices.ddl, choices.reason, rules)
    for id in sorted(accept):
        result = decide(result, recommendation(report, id), "accept")
    return accept_all(result, report) if choices.accept_all else result


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
