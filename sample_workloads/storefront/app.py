"""The storefront: statements as PostgREST generates them for supabase-js calls, each in a transaction of its own.

Every HTTP request is BEGIN, one `set_config` statement with the caller's claims, one statement, COMMIT; statements are
prepared under a name. Hundreds of vendors poll the same few end points: many equal statements, none of them a loop.
"""

import hashlib
import json
import random
import uuid
from typing import Any

from psycopg.types.json import Json

from sample_workloads.traffic import Client, Pool, Session, run, skewed

VENDORS, ORDERS = 1_000, 60_000

CONTEXT = """select set_config('search_path', $1, true), set_config('role', $2, true), \
set_config('request.jwt.claims', $3, true), set_config('request.method', $4, true), \
set_config('request.path', $5, true), set_config('request.headers', $6, true), set_config('request.cookies', $7, true)"""


def rows(source: str, total: str = "null::bigint") -> str:
    """PostgREST's statement for reading: `source` is the select that the request's query string became."""
    return (
        f"WITH pgrst_source AS ( {source} )  SELECT {total} AS total_result_set, "
        "pg_catalog.count(_postgrest_t) AS page_total, coalesce(json_agg(_postgrest_t), '[]') AS body, "
        "nullif(current_setting('response.headers', true), '') AS response_headers, "
        "nullif(current_setting('response.status', true), '') AS response_status, '' AS response_inserted "
        "FROM ( SELECT * FROM pgrst_source ) _postgrest_t"
    )


PUBLISHED = rows(
    'SELECT "public"."products"."id", "public"."products"."title", "public"."products"."price_cents", '
    '"public"."products"."stock_quantity", "public"."products"."created_at" FROM "public"."products"  '
    'WHERE  "public"."products"."vendor_id" = $1 AND  "public"."products"."status" = $2  '
    'ORDER BY "public"."products"."created_at" DESC  LIMIT $3 OFFSET $4 '
)
INVENTORY = rows(
    'SELECT "public"."inventory".*, row_to_json("inventory_locations_1".*) AS "locations" FROM "public"."inventory" '
    'LEFT JOIN LATERAL ( SELECT "locations_1"."name", "locations_1"."city" FROM "public"."locations" AS "locations_1" '
    'WHERE "locations_1"."id" = "public"."inventory"."location_id"   ) AS "inventory_locations_1" ON TRUE '
    'WHERE  "public"."inventory"."vendor_id" = $1   LIMIT $2 OFFSET $3 '
)
RECENT_ORDERS = rows(
    'SELECT "public"."order_items"."id", "public"."order_items"."quantity", "public"."order_items"."price_cents", '
    'row_to_json("order_items_orders_1".*) AS "orders" FROM "public"."order_items" '
    'INNER JOIN LATERAL ( SELECT "orders_1"."id", "orders_1"."status", "orders_1"."created_at" '
    'FROM "public"."orders" AS "orders_1" WHERE "orders_1"."created_at" >= $1 '
    'AND "orders_1"."id" = "public"."order_items"."order_id"   ) AS "order_items_orders_1" ON TRUE '
    'WHERE  "public"."order_items"."vendor_id" = $2  ORDER BY "order_items_orders_1"."created_at" DESC  LIMIT $3 OFFSET $4 '
)
ORDER = rows(
    'SELECT "public"."orders".*, COALESCE( "orders_order_items_1"."orders_order_items_1", \'[]\') AS "order_items" '
    'FROM "public"."orders" LEFT JOIN LATERAL ( SELECT json_agg("orders_order_items_1")::jsonb AS "orders_order_items_1" '
    'FROM (SELECT "order_items_1"."product_id", "order_items_1"."quantity", "order_items_1"."price_cents" '
    'FROM "public"."order_items" AS "order_items_1" WHERE "order_items_1"."order_id" = "public"."orders"."id"   ) '
    'AS "orders_order_items_1" ) AS "orders_order_items_1" ON TRUE WHERE  "public"."orders"."id" = $1   LIMIT $2 OFFSET $3 '
)
PENDING = rows(
    'SELECT "public"."orders".* FROM "public"."orders"  WHERE  "public"."orders"."status" = $1 '
    'AND  "public"."orders"."created_at" >= $2  ORDER BY "public"."orders"."created_at" DESC  LIMIT $3 OFFSET $4 '
)
UNREAD = rows(
    'SELECT "public"."notifications".* FROM "public"."notifications"  '
    'WHERE  "public"."notifications"."vendor_id" = $1 AND  "public"."notifications"."read_at" IS NULL  '
    'ORDER BY "public"."notifications"."created_at" DESC  LIMIT $2 OFFSET $3 '
)
PROFILE = rows(
    'SELECT "public"."profiles".* FROM "public"."profiles"  WHERE  "public"."profiles"."id" = $1   LIMIT $2 OFFSET $3 '
)
MARK_READ = (
    'WITH pgrst_source AS (UPDATE "public"."notifications" SET "read_at" = "pgrst_body"."read_at" '
    'FROM (SELECT $1 AS json_data) pgrst_payload, LATERAL (SELECT "read_at" FROM json_to_record(pgrst_payload.json_data) '
    'AS _("read_at" timestamp with time zone) ) pgrst_body  WHERE  "public"."notifications"."id" = $2 RETURNING 1) '
    "SELECT '' AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total, array[]::text[] AS header, "
    "''::text AS body, nullif(current_setting('response.headers', true), '') AS response_headers, "
    "nullif(current_setting('response.status', true), '') AS response_status, '' AS response_inserted "
    "FROM (SELECT * FROM pgrst_source) _postgrest_t"
)


def owner(vendor: int) -> str:
    """The profile that `data.sql` makes the owner of this vendor."""
    return str(uuid.UUID(hashlib.md5(f"profile-{vendor}".encode()).hexdigest()))


def _call(session: Session, method: str, path: str, caller: str, text: str, *parameters: Any) -> list[Any]:
    claims = {"aud": "authenticated", "role": "authenticated", "sub": caller, "session_id": caller[::-1]}
    headers = {"accept": "application/json", "accept-profile": "public", "user-agent": "storefront/1.0"}
    session.run("BEGIN ISOLATION LEVEL READ COMMITTED" + (" READ ONLY" if method == "GET" else ""))
    context = ("public, extensions", "authenticated", json.dumps(claims), method, path, json.dumps(headers), "{}")
    session.run(CONTEXT, *context)
    result = session.run(text, *parameters)
    session.run("COMMIT")
    return result


def published(pool: Pool, chance: random.Random) -> None:
    """Published products of a vendor, newest first."""
    with pool.session(chance) as session:
        vendor = skewed(chance, VENDORS)
        _call(session, "GET", "/products", owner(vendor), PUBLISHED, str(vendor), "published", 50, 0)


def inventory(pool: Pool, chance: random.Random) -> None:
    """Stock of a vendor with the location of each row."""
    with pool.session(chance) as session:
        vendor = skewed(chance, VENDORS)
        _call(session, "GET", "/inventory", owner(vendor), INVENTORY, str(vendor), 1000, 0)


def recent_orders(pool: Pool, chance: random.Random) -> None:
    """What was ordered from a vendor in the last thirty days."""
    with pool.session(chance) as session:
        vendor = skewed(chance, VENDORS)
        since = "2025-10-04T00:00:00.000Z"
        _call(session, "GET", "/order_items", owner(vendor), RECENT_ORDERS, since, str(vendor), 100, 0)


def order(pool: Pool, chance: random.Random) -> None:
    """One order with its items."""
    with pool.session(chance) as session:
        caller = owner(skewed(chance, VENDORS))
        _call(session, "GET", "/orders", caller, ORDER, str(chance.randint(50_000, ORDERS)), 1, 0)


def pending(pool: Pool, chance: random.Random) -> None:
    """What the warehouse has to send: pending orders of the last days, newest first."""
    with pool.session(chance) as session:
        caller = owner(skewed(chance, VENDORS))
        _call(session, "GET", "/orders", caller, PENDING, "pending", "2025-10-27T00:00:00.000Z", 50, 0)


def unread(pool: Pool, chance: random.Random) -> None:
    """The bell: ten unread notifications; every dashboard polls it."""
    with pool.session(chance) as session:
        vendor = skewed(chance, VENDORS)
        _call(session, "GET", "/notifications", owner(vendor), UNREAD, str(vendor), 10, 0)


def profile(pool: Pool, chance: random.Random) -> None:
    """Who am I."""
    with pool.session(chance) as session:
        caller = owner(skewed(chance, VENDORS))
        _call(session, "GET", "/profiles", caller, PROFILE, caller, 1, 0)


def mark_read(pool: Pool, chance: random.Random) -> None:
    """A notification has been seen."""
    with pool.session(chance) as session:
        body = Json({"read_at": "2025-11-03T12:30:00Z"})
        caller = owner(skewed(chance, VENDORS))
        _call(session, "PATCH", "/notifications", caller, MARK_READ, body, str(chance.randint(1, 120_000)))


def health(pool: Pool, chance: random.Random) -> None:
    """The connection check of the pooler."""
    with pool.session(chance) as session:
        session.run("SELECT 1")


def main(dsn: str) -> None:
    """Let dashboards and shoppers work against `dsn` for about half a minute."""
    rest = Pool(dsn, "postgrest", 6, prepare=True)
    pooler = Pool(dsn, "pooler", 1)
    page = [
        (published, 26),
        (inventory, 16),
        (recent_orders, 18),
        (order, 18),
        (pending, 10),
        (unread, 36),
        (profile, 14),
        (mark_read, 6),
    ]
    clients = [Client(f"dashboard {n}", rest, page, pause=(0.03, 0.12)) for n in range(5)]
    run([*clients, Client("pooler", pooler, [(health, 20)], pause=(0.3, 0.6))], "storefront")
    for pool in (rest, pooler):
        pool.close()
