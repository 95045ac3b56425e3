"""The program in one function: sources -> workload -> catalogue and twin -> advice, diagnosis, loops -> report.

Every step is a call into the package that owns it; nothing is decided here.
"""

from collections.abc import Collection
from pathlib import Path

import msgspec

from advisor.config import Config
from advisor.detect.loops import loop_findings
from advisor.detect.plans import diagnose
from advisor.emit import FORMATS, plan_migrations
from advisor.engines.postgres.catalog import load_catalog
from advisor.engines.postgres.catalog.schema_sql import catalog_from_sql
from advisor.engines.postgres.catalog.snapshot import read_snapshot
from advisor.engines.postgres.plan import parse_plan
from advisor.engines.postgres.plan.tree import outline
from advisor.engines.postgres.twin import open_twin
from advisor.errors import InputError, UsageError
from advisor.files import read_text
from advisor.model.catalog import Catalog
from advisor.model.event import Skip
from advisor.model.finding import Finding
from advisor.model.report import Planner, Report, ReportShape
from advisor.model.workload import Shape, Workload
from advisor.reading import Progress, read_workload
from advisor.recommend import Advice, advise
from advisor.review import Script, review
from advisor.rules import RuleSet
from advisor.workload.merge import combined_skips
from advisor.workload.sketch import quantile


class AnalysisRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the user asked for. At most one of `postgres`, `catalog` and `schema` says where the schema comes from."""

    sources: tuple[str, ...]
    postgres: str | None = None
    catalog: Path | None = None
    schema: Path | None = None
    prefix: str | None = None
    database: str | None = None
    """Leave the statements of other databases out."""
    twin: str | None = None
    """DSN of a scratch server to build the twin on, instead of one that advisor starts."""
    show_literals: bool = False
    config: Config = Config()


def analyze(request: AnalysisRequest, *, progress: Progress | None = None) -> Report:
    """Read the sources and say what to do. Raises AdvisorError for anything that makes the whole run impossible."""
    rules = request.config.rule_set()
    catalog, skipped = load_schema(request)
    workload = read_workload(request.sources, prefix=request.prefix, progress=progress)
    if request.database is not None:
        workload = _only(workload, request.database)
    findings, unread = _plan_findings(workload, rules, catalog, request.config.critical_tables)
    findings += loop_findings(workload, rules, catalog)
    skipped += unread
    if catalog is None:
        return _report(request, workload, rules, findings, skipped)
    mine, note = _of_database(workload, catalog)
    with open_twin(catalog, dsn=request.twin) as twin:
        advice = advise(mine, catalog, twin, rules, database=catalog.database)
        planner = Planner(
            database=catalog.database,
            measured_by=twin.measured_by,
            server=twin.server,
            statistics=catalog.statistics,
            notes=(*note, *twin.notes),
        )
    findings += advice.findings
    report = _report(request, workload, rules, findings, [*skipped, *advice.skipped], advice, (planner,))
    return _reviewed(report, rules, catalog, mine)


def load_schema(request: AnalysisRequest) -> tuple[Catalog | None, list[Skip]]:
    """The catalogue the request names, and the DDL statements of a schema.sql that did not run."""
    given = [name for name in ("postgres", "catalog", "schema") if getattr(request, name)]
    if len(given) > 1:
        raise UsageError(f"--{given[0]} and --{given[1]} both give the schema", "Keep one of them.")
    if request.postgres:
        return load_catalog(request.postgres), []
    if request.catalog:
        return read_snapshot(request.catalog), []
    if request.schema:
        return catalog_from_sql(read_text(request.schema), name=str(request.schema))
    return None, []


def _only(workload: Workload, database: str) -> Workload:
    """The part of the workload that ran in `database`; InputError names the databases there are when it is none of them."""
    shapes = tuple(shape for shape in workload.shapes if shape.database == database)
    if not shapes:
        names = ", ".join(sorted({shape.database or "(not logged)" for shape in workload.shapes}))
        raise InputError(f"no statement of database {database!r} was read", f"The sources have: {names}.")
    loops = tuple(loop for loop in workload.loops if loop.database == database)
    return msgspec.structs.replace(workload, shapes=shapes, loops=loops)


def _of_database(workload: Workload, catalog: Catalog) -> tuple[Workload, tuple[str, ...]]:
    """The part of the workload that runs in the catalogue's database, and a remark when that had to be guessed."""
    seen = {shape.database for shape in workload.shapes if shape.database}
    if not catalog.database or catalog.database in seen or not seen:
        wanted = {catalog.database, ""} if catalog.database else {*seen, ""}
        note: tuple[str, ...] = ()
        if len(seen) > 1 and not catalog.database:
            note = (
                f"the log covers the databases {', '.join(sorted(seen))} and the schema names none: all are planned with it; "
                "--database NAME keeps one",
            )
    elif len(seen) == 1:
        wanted = {*seen, ""}
        note = (f"statements of database {min(seen)} are planned with the schema of {catalog.database}",)
    else:
        raise UsageError(
            f"the log covers databases {', '.join(sorted(seen))}, the schema is of {catalog.database}",
            "Say with --database NAME whose statements it is the schema of.",
        )
    shapes = tuple(shape for shape in workload.shapes if shape.database in wanted)
    return msgspec.structs.replace(workload, shapes=shapes), note


def _reviewed(report: Report, rules: RuleSet, catalog: Catalog, workload: Workload) -> Report:
    """The report with what the review rules say about each recommendation, judged as the psql migration that it becomes."""
    reviewed = []
    for item in report.recommendations:
        alone = msgspec.structs.replace(report, recommendations=(item,))
        files = [
            file for migration in plan_migrations(alone, None) for file in FORMATS["sql"].render(migration, "0001")
        ]
        scripts = [Script(path=str(f.path), text=f.text, role=f.role, sends=f.sends) for f in files]
        # No logged statement uses an index that serves foreign-key checks alone: MIG605 has nothing to judge by.
        found = review(scripts, rules, catalog=catalog, workload=workload if item.shapes else None)
        reviewed.append(msgspec.structs.replace(item, review=tuple(found)))
    return msgspec.structs.replace(report, recommendations=tuple(reviewed))


def _plan_findings(
    workload: Workload, rules: RuleSet, catalog: Catalog | None, critical: Collection[str]
) -> tuple[list[Finding], list[Skip]]:
    """Diagnosis of every plan that the sources brought along, and the plans that cannot be read."""
    findings: list[Finding] = []
    skipped: list[Skip] = []
    for shape in workload.shapes:
        if not shape.plan:
            continue
        try:
            plan = parse_plan(shape.plan)
        except InputError as error:
            reason = f"its logged plan cannot be read: {error.message}"
            skipped.append(Skip(source=shape.database, reason=reason, example=shape.id))
            continue
        findings += diagnose(plan, rules, catalog=catalog, shape=shape.id, database=shape.database, critical=critical)
    return findings, skipped


def _report_shape(shape: Shape, advice: Advice | None, silences: dict[str, str], literals: bool) -> ReportShape:
    plan = advice.plans.get(shape.id) if advice else None
    total = shape.time.total_us / 1000 if shape.time.count else None
    return ReportShape(
        id=shape.id,
        engine=shape.engine,
        database=shape.database,
        text=shape.text,
        calls=shape.calls,
        total_ms=total,
        mean_ms=None if total is None else total / shape.time.count,
        p95_ms=quantile(shape.time, 0.95) if shape.time.count else None,
        rows=shape.rows,
        tags=shape.tags,
        cost=plan.cost if plan else None,
        plan=outline(plan) if plan else "",
        not_planned="" if plan else silences.get(shape.id) or _without_plan(shape, advice),
        sample=shape.sample.text if literals and shape.sample else None,
    )


def _without_plan(shape: Shape, advice: Advice | None) -> str:
    """Why a shape that the advice does not mention has no plan."""
    if advice is None:
        return "no schema given"
    return f"never planned: a {shape.kind} statement" if shape.kind in ("utility", "control", "other") else ""


def _report(
    request: AnalysisRequest,
    workload: Workload,
    rules: RuleSet,
    findings: list[Finding],
    skipped: list[Skip],
    advice: Advice | None = None,
    planners: tuple[Planner, ...] = (),
) -> Report:
    visible = [finding for finding in findings if rules[finding.rule].severity != "off"]
    silences = {silence.shape: silence.reason for silence in advice.silences} if advice else {}
    return Report(
        sources=workload.sources,
        planners=planners,
        shapes=tuple(_report_shape(shape, advice, silences, request.show_literals) for shape in workload.shapes),
        findings=tuple(sorted(visible, key=lambda f: (f.database, f.rule, f.subject, f.message))),
        recommendations=tuple(advice.recommendations) if advice else (),
        silences=tuple(advice.silences) if advice else (),
        skipped=combined_skips([*workload.skipped, *skipped]),
    )
