"""`advisor review`: a person's decision about each recommendation, one at a time on a terminal or by flags."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli.console import clean, note, write

if TYPE_CHECKING:
    from advisor.model.migration import Decision
    from advisor.model.recommendation import Recommendation
    from advisor.model.report import Report
    from advisor.rules import RuleSet


def command(
    report: Annotated[Path, typer.Argument(help="report.json of `advisor analyze`.")],
    decisions: Annotated[Path, typer.Option(help="The file to keep decisions in; commit it.")] = Path(
        ".advisor/decisions.jsonl"
    ),
    accept: Annotated[list[str] | None, typer.Option(help="Accept this id; repeatable.")] = None,
    accept_all: Annotated[bool, typer.Option(help="Accept everything that is not decided yet.")] = False,
    reject: Annotated[list[str] | None, typer.Option(help="Reject this id, with --reason; repeatable.")] = None,
    edit: Annotated[str | None, typer.Option(help="Accept this id with other DDL, given by --ddl.")] = None,
    ddl: Annotated[str, typer.Option(help="The CREATE INDEX to build instead, for --edit.")] = "",
    reason: Annotated[str, typer.Option(help="Why: for --reject and --edit.")] = "",
) -> None:
    """Walk the recommendations: accept, reject with a reason, or edit. Rejected ones stay rejected.

    Without flags each open recommendation is shown on the terminal: a accept, r reject, e edit, s skip, q quit and keep.

    \b
    Example:
      advisor review report.json --accept 1a2b --reject 3c4d --reason "the table is replaced next month"
    """
    from advisor.config import load_config
    from advisor.report.json import load
    from advisor.review.decisions import Choices, apply_choices, read_decisions, write_decisions

    document = load(report)
    known = read_decisions(decisions) or []
    choices = Choices(
        accept=accept or [], reject=reject or [], edit=edit, ddl=ddl, reason=reason, accept_all=accept_all
    )
    if choices.given:
        result = apply_choices(known, document, choices, load_config().rule_set())
    else:
        result = _walk(document, known, decisions, load_config().rule_set())
    if result != known:
        write_decisions(decisions, result)
        note(f"decisions: {decisions}")
    _summary(document, result)


def on_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _walk(report: "Report", known: "list[Decision]", file: Path, rules: "RuleSet") -> "list[Decision]":
    """Ask for one decision after the other; each is kept at once, so that an interrupted walk goes on where it stopped."""
    from advisor.emit.evidence import proposal
    from advisor.errors import UsageError
    from advisor.review.decisions import undecided, write_decisions

    waiting = undecided(known, report)
    if waiting and not on_terminal():
        raise UsageError(
            f"{len(waiting)} recommendations wait for a decision, and this is no terminal",
            "Use --accept ID, --accept-all, --reject ID --reason TEXT or --edit ID --ddl SQL.",
        )
    for number, item in enumerate(waiting, 1):
        write(clean(f"\n[{number}/{len(waiting)}] {proposal(report, item)}\n"))
        answer = _ask(known, item, rules)
        if answer is None:
            break
        if answer != known:
            write_decisions(file, answer)
        known = answer
    return known


def _ask(known: "list[Decision]", item: "Recommendation", rules: "RuleSet") -> "list[Decision] | None":
    """The decisions after the answer to one recommendation; None to stop. A wrong answer is explained and asked again."""
    from advisor.errors import AdvisorError
    from advisor.review.decisions import decide, edited

    while True:
        answer = typer.prompt("accept, reject, edit, skip or quit? [a/r/e/s/q]", prompt_suffix=" ").strip().lower()[:1]
        try:
            if answer == "a":
                return decide(known, item, "accept")
            if answer == "r":
                return decide(known, item, "reject", reason=typer.prompt("why"))
            if answer == "e":
                return edited(known, item, typer.prompt("CREATE INDEX ..."), typer.prompt("why"), rules)
        except AdvisorError as error:
            note(f"{error.message}. {error.hint}")
            continue
        if answer in ("s", "q"):
            return known if answer == "s" else None


def _summary(report: "Report", decisions: "list[Decision]") -> None:
    from advisor.review.decisions import stale, undecided

    ids = {item.id for item in report.recommendations}
    verdicts = [decision.verdict for decision in decisions if decision.recommendation in ids]
    note(
        f"{verdicts.count('accept')} accepted, {verdicts.count('edit')} edited, {verdicts.count('reject')} rejected, "
        f"{len(undecided(decisions, report))} open"
    )
    if old := stale(decisions, report):
        note(f"{len(old)} decisions are about recommendations that this report does not make")
