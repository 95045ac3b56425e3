"""Reports for the gate's tests: a dashboard that asks for each representative, and the same dashboard mended."""

import msgspec

from advisor.gate.baseline import Baseline, baseline_of
from advisor.model.finding import Finding
from advisor.model.recommendation import Recommendation
from advisor.model.report import Planner, Report, ReportShape

ORDERS = "aaaaaaaaaaaaaaaa"
REPRESENTATIVE = "bbbbbbbbbbbbbbbb"
INVOICES = "cccccccccccccccc"
GROUPED = "dddddddddddddddd"
LOOP = "eeeeeeeeeeeeeeee"
INDEX_PLAN = "Limit[Index Scan(orders o, orders_created_idx)]"
WHOLE_PLAN = "Limit[Sort[Seq Scan(orders o)]]"


def shape(
    id: str = ORDERS, *, calls: int = 10, cost: float | None = 40.0, plan: str = INDEX_PLAN, not_planned: str = ""
) -> ReportShape:
    return ReportShape(
        id=id,
        engine="postgres",
        database="shop",
        text=f"select * from orders o where id = ? /* {id[:1]} */",
        calls=calls,
        total_ms=None,
        mean_ms=None,
        p95_ms=None,
        cost=cost,
        plan=plan,
        not_planned=not_planned,
        sample="select 'a secret'",
    )


def loop(*, repeats: int = 200, rule: str = "NP101", severity: str = "error") -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        message="these 2 statements run 200 times",
        subject=LOOP,
        database="shop",
        shapes=(REPRESENTATIVE, INVOICES),
        evidence={"repeats": repeats, "executions": 2 * repeats},
    )


def report(
    *shapes: ReportShape,
    findings: tuple[Finding, ...] = (),
    server: str = "PostgreSQL 18.4 (embedded)",
    statistics: str = "full",
    recommendations: tuple[Recommendation, ...] = (),
) -> Report:
    planner = Planner(database="shop", measured_by="twin", server=server, statistics=statistics)
    return Report(shapes=shapes, findings=findings, planners=(planner,), recommendations=recommendations)


def state(*shapes: ReportShape, **fields: object) -> Baseline:
    return baseline_of(report(*shapes, **fields))  # type: ignore[arg-type]


def billing_with_loop() -> Report:
    pair = (shape(REPRESENTATIVE, calls=200, cost=8.0), shape(INVOICES, calls=200, cost=90.0))
    return report(shape(), *pair, findings=(loop(),))


def billing_mended() -> Report:
    return report(shape(), shape(GROUPED, calls=1, cost=120.0))


def index_for(id: str) -> Recommendation:
    return Recommendation(
        id="111111111111",
        action="create",
        relation="public.invoices",
        name="invoices_representative_id_idx",
        ddl=(
            "CREATE INDEX CONCURRENTLY invoices_representative_id_idx ON public.invoices (id) WHERE state = 'secret'",
        ),
        shapes=(id,),
    )


def planned_anew(known: ReportShape, **fields: object) -> ReportShape:
    return msgspec.structs.replace(known, **fields)
