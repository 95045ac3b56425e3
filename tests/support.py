"""What several test modules share: golden files, the report every format test renders, the program as a user runs it."""

import os
from pathlib import Path

from typer.testing import CliRunner, Result

from advisor.cli.app import app
from advisor.model.event import Skip, SourceSummary
from advisor.model.finding import Finding
from advisor.model.index import IndexKey, IndexSpec
from advisor.model.recommendation import Effect, Recommendation, Silence
from advisor.model.report import Planner, Report, ReportShape

GOLDEN = Path(__file__).parent / "golden"


def assert_golden(name: str, actual: str) -> None:
    """`actual` equals tests/golden/NAME; `make golden` rewrites the file, and the diff is what a reviewer reads."""
    path = GOLDEN / name
    if os.environ.get("ADVISOR_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual)
    assert actual == path.read_text(), f"{name} changed; if that is right, run `make golden` and read the diff"


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    """`advisor ARGUMENTS`: exit code, stdout and stderr of the real program, in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def sample_report() -> Report:
    """A report with one of everything, and with text that tries to escape its medium."""
    shape = ReportShape(
        id="9f3ab2c4d5e6f708",
        engine="postgres",
        database="shop",
        text="select id, total from orders where customer_id = ? and state = ? order by created_at desc limit ?",
        calls=412,
        total_ms=52_340.5,
        mean_ms=127.04,
        p95_ms=310.2,
        rows=4120,
        cost=8123.4,
        plan="Limit[Sort[Seq Scan(orders)]]",
    )
    hostile = ReportShape(
        id="00000000deadbeef",
        engine="postgres",
        database="shop",
        text="select '|`</script><img src=x onerror=alert(1)>' as \"[x](http://evil.invalid)\", @everyone \x1b[2J",
        calls=1,
        total_ms=None,
        mean_ms=None,
        p95_ms=None,
        not_planned='column "[x]" does not exist',
    )
    spec = IndexSpec("public", "orders", (IndexKey("customer_id"), IndexKey("created_at", descending=True)))
    recommendation = Recommendation(
        id="1a2b3c4d5e6f",
        action="create",
        database="shop",
        relation="public.orders",
        name="orders_customer_id_created_at_idx",
        index=spec,
        ddl=(
            "CREATE INDEX CONCURRENTLY orders_customer_id_created_at_idx ON public.orders (customer_id, created_at DESC)",
        ),
        undo=("DROP INDEX CONCURRENTLY public.orders_customer_id_created_at_idx",),
        shapes=(shape.id,),
        effects=(
            Effect(
                shape=shape.id,
                calls=412,
                cost_before=8123.4,
                cost_after=14.2,
                used=True,
                plan_before="Seq Scan on orders",
                plan_after="Index Scan using orders_customer_id_created_at_idx",
            ),
        ),
        cost_before=3_346_840.8,
        cost_after=5850.4,
        measured_by="twin",
        size_bytes=31_457_280,
        write_cost=0.12,
        reasons=("customer_id is compared with =, so it leads", "created_at DESC serves ORDER BY and LIMIT"),
    )
    loop = Finding(
        rule="NP101",
        severity="error",
        message="1 statement repeats 40x in each of 12 units of work, with 40 distinct values",
        subject=shape.id,
        database="shop",
        shapes=(shape.id,),
        evidence={
            "statements": [shape.text],
            "parent": "select id from customers",
            "repeats": 40,
            "repeats_max": 44,
            "distinct_parameters": 40,
            "windows": 12,
            "executions": 480,
            "total_ms": 61_000.0,
            "request": "/dashboard",
            "confidence": "high",
            "rewrite": "SELECT ... WHERE customer_id = ANY($1)",
            "missing_index": [{"table": "public.orders", "columns": ["customer_id"]}],
        },
    )
    return Report(
        sources=(
            SourceSummary(
                name="postgresql.log",
                format="postgres stderr log, prefix '%m [%p] %q%u@%d '",
                bytes=1000,
                lines=900,
                executions=413,
                unreadable=2,
                notes=("1 s time resolution: gaps between statements are unknown",),
            ),
        ),
        planners=(
            Planner(database="shop", measured_by="twin", server="PostgreSQL 18.4 (embedded)", statistics="full"),
        ),
        shapes=(shape, hostile),
        findings=(loop,),
        recommendations=(recommendation,),
        silences=(Silence(shape=hostile.id, reason='not plannable: column "[x]" does not exist'),),
        skipped=(Skip(source="postgresql.log", reason="line is not UTF-8", example="line 17", count=2),),
    )
