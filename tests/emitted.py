"""Reports about one index, for the tests of migration files: one plain, one made of names and statements that try to break out."""

from advisor.model.finding import Finding
from advisor.model.index import IndexKey, IndexSpec
from advisor.model.recommendation import Effect, Recommendation
from advisor.model.report import Planner, Report, ReportShape

HOSTILE = 'x"; DROP TABLE y; --'
HOSTILE_STATEMENT = (
    "select 1 */ ; drop table y;\n\\! touch pwned\nDROP TABLE y; -- advisor:ignore MIG101 -- mine\u202e $advisor$"
)


def index_report(
    ddl: str,
    *,
    name: str,
    table: str = "orders",
    schema: str = "public",
    statement: str = "select * from orders where customer_id = ?",
    database: str = "shop",
    review: tuple[Finding, ...] = (),
) -> Report:
    """A report with the one recommendation `ddl`."""
    recommendation = Recommendation(
        id=f"{abs(sum(map(ord, ddl + database))):012x}",
        action="create",
        database=database,
        relation=f"{schema}.{table}",
        name=name,
        index=IndexSpec(schema, table, (IndexKey("customer_id"),)),
        ddl=(ddl,),
        undo=(f"DROP INDEX CONCURRENTLY {schema}.{name}",),
        shapes=("9f3ab2c4d5e6f708",),
        effects=(Effect(shape="9f3ab2c4d5e6f708", calls=412, cost_before=8123.4, cost_after=14.2, used=True),),
        cost_before=3_346_840.8,
        cost_after=5850.4,
        measured_by="twin",
        size_bytes=31_457_280,
        write_cost=0.12,
        reasons=("customer_id is compared with =, so it leads",),
        review=review,
    )
    shape = ReportShape(
        id="9f3ab2c4d5e6f708",
        engine="postgres",
        database=database,
        text=statement,
        calls=412,
        total_ms=None,
        mean_ms=None,
        p95_ms=None,
    )
    planner = Planner(database=database, measured_by="twin", server="PostgreSQL 18.4 (embedded)", statistics="full")
    return Report(planners=(planner,), shapes=(shape,), recommendations=(recommendation,))


def together(*reports: Report) -> Report:
    """One report with everything of several."""
    return Report(
        planners=tuple(planner for report in reports for planner in report.planners),
        shapes=tuple(shape for report in reports for shape in report.shapes),
        recommendations=tuple(item for report in reports for item in report.recommendations),
    )
