"""The billing dashboard: Drizzle's statements and Drizzle's console log, which is the only evidence the team has.

`logger: true` prints one line for each statement, `Query: TEXT -- params: [JSON]`, before it is sent; no time, no session, no
duration. The lines of requests that are served at the same time interleave, with the web server's own lines between.
"""

import json
import random
import threading
from typing import Any

from sample_workloads.traffic import Client, Pool, Row, Session, run

FIRST, LAST = 1701, 1930
"""Ids of the representatives in `data.sql`."""

ACTIVE = """select "id", "name", "code" from "representatives" where "representatives"."is_active" = $1 \
order by "representatives"."name" asc"""
REPRESENTATIVE = """select "id", "name", "code" from "representatives" where "representatives"."id" = $1"""
TOTALS = """select COUNT(*), COALESCE(SUM(CAST(amount as DECIMAL)), 0), MAX(created_at) from "invoices" \
where "invoices"."representative_id" = $1"""
GROUPED = """select "representatives"."id", "representatives"."name", "representatives"."code", COUNT("invoices"."id"), \
COALESCE(SUM(CAST("invoices"."amount" as DECIMAL)), 0), MAX("invoices"."created_at") from "representatives" \
left join "invoices" on "invoices"."representative_id" = "representatives"."id" \
where "representatives"."is_active" = $1 \
group by "representatives"."id", "representatives"."name", "representatives"."code" order by "representatives"."name\""""
INVOICE_COLUMNS = (
    '"id", "invoice_number", "representative_id", "amount", "status", "issue_date", "usage_data", "created_at"'
)
OVERDUE = f"""select {INVOICE_COLUMNS} from "invoices" where "invoices"."status" = $1 \
order by "invoices"."created_at" desc limit $2"""
INVOICES = f"""select {INVOICE_COLUMNS} from "invoices" where "invoices"."id" in ($1, $2, $3, $4, $5)"""
PAYMENT_COLUMNS = '"id", "representative_id", "invoice_id", "amount", "payment_date", "is_allocated", "created_at"'
PAYMENTS = f"""select {PAYMENT_COLUMNS} from "payments" where "payments"."representative_id" = $1 \
order by "payments"."created_at" desc limit $2"""
PAY = f"""insert into "payments" ({PAYMENT_COLUMNS}) values (default, $1, $2, $3, $4, default, default) \
returning {PAYMENT_COLUMNS}"""
PAID = """update "invoices" set "status" = $1 where "invoices"."id" = $2"""
ACTIVITY_COLUMNS = '"id", "type", "description", "related_id", "metadata", "created_at"'
NOTE = f"""insert into "activity_logs" ({ACTIVITY_COLUMNS}) values (default, $1, $2, $3, $4, default)"""
RECENT = f"""select {ACTIVITY_COLUMNS} from "activity_logs" order by "activity_logs"."created_at" desc limit $1"""
SETTING = """select "id", "key", "value" from "settings" where "settings"."key" = $1"""


class Console:
    """The application's standard output, shared by all requests."""

    def __init__(self) -> None:
        self.lines = ["> billing@1.0.0 start", "> NODE_ENV=production node dist/index.js", ""]
        self._lock = threading.Lock()

    def write(self, line: str) -> None:
        """Print one line."""
        with self._lock:
            self.lines.append(line)

    def query(self, session: Session, text: str, *parameters: Any) -> list[Row]:
        """Log the statement as Drizzle's DefaultLogger does (JSON.stringify of each parameter), then run it."""
        shown = ", ".join(json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in parameters)
        self.write(f"Query: {text} -- params: [{shown}]" if parameters else f"Query: {text}")
        return session.run(text, *parameters)


class Billing:
    """The requests. `fixed` says whether the dashboard still asks for each representative by itself."""

    def __init__(self, *, fixed: bool) -> None:
        self.console = Console()
        self._fixed = fixed

    def dashboard(self, pool: Pool, chance: random.Random) -> None:
        """All active representatives with count, sum and last date of their invoices."""
        query = self.console.query
        with pool.session(chance) as session:
            query(session, SETTING, "currency")
            if self._fixed:
                query(session, GROUPED, True)
            else:
                for identity, _, _ in query(session, ACTIVE, True):
                    query(session, REPRESENTATIVE, identity)
                    query(session, TOTALS, identity)
        self.console.write(f"[express] GET /api/dashboard 200 in {'87' if self._fixed else '4312'}ms")

    def overdue(self, pool: Pool, chance: random.Random) -> None:
        """The list of overdue invoices, and five invoices in one statement."""
        with pool.session(chance) as session:
            self.console.query(session, OVERDUE, "overdue", 20)
            self.console.query(session, INVOICES, *sorted(chance.sample(range(1, 120_000), 5)))
        self.console.write("[express] GET /api/invoices?status=overdue 200 in 31ms")

    def payments(self, pool: Pool, chance: random.Random) -> None:
        """One representative's page."""
        with pool.session(chance) as session:
            chosen = chance.randint(FIRST, LAST)
            self.console.query(session, REPRESENTATIVE, chosen)
            self.console.query(session, PAYMENTS, chosen, 10)
        self.console.write(f"[express] GET /api/representatives/{chosen} 200 in 24ms")

    def pay(self, pool: Pool, chance: random.Random) -> None:
        """A payment: three writes in one transaction."""
        query = self.console.query
        with pool.session(chance) as session:
            invoice, chosen = chance.randint(1, 120_000), chance.randint(FIRST, LAST)
            amount = f"{chance.randint(20, 4800)}.{chance.randint(0, 99):02d}"
            query(session, "begin")
            query(session, PAY, chosen, invoice, amount, "2025-11-03")
            query(session, PAID, "paid", invoice)
            query(session, NOTE, "payment_received", f"Payment of {amount}", invoice, '{"source":"bank"}')
            query(session, "commit")
        self.console.write("[express] POST /api/payments 201 in 12ms")

    def start_page(self, pool: Pool, chance: random.Random) -> None:
        """What every page asks for."""
        with pool.session(chance) as session:
            self.console.query(session, SETTING, "app_name")
            self.console.query(session, RECENT, 10)
        self.console.write("[express] GET /api/activity 200 in 6ms")


def main(dsn: str, *, fixed: bool) -> str:
    """Serve the same requests with or without the loop, and return what the application printed.

    The office looks at its dashboard in the morning, when little else happens: only a few requests interrupt its lines.
    """
    application = Billing(fixed=fixed)
    pool = Pool(dsn, "billing", 5)
    pages = [(application.overdue, 12), (application.payments, 20), (application.pay, 15), (application.start_page, 20)]
    morning = [
        Client("office", pool, [(application.dashboard, 12)], pause=(0.2, 0.4)),
        Client("early", pool, [(request, 1) for request, _ in pages], pause=(2.0, 4.0)),
    ]
    day = [Client(f"browser {n}", pool, pages, pause=(0.1, 0.4)) for n in range(2)]
    run(morning, "billing")
    run(day, "billing")
    pool.close()
    return "\n".join([*application.console.lines, ""])
