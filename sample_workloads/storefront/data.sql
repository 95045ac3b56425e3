-- Invented data, the same in every run: 1,000 vendors of different size, 40,000 products, 80,000 stock rows, 60,000 orders
-- with 210,000 items, 120,000 notifications of which 3 % are unread. The last order is of 2025-11-03.
SELECT setseed(0.2025);

INSERT INTO "profiles" ("id", "display_name", "created_at")
SELECT md5('profile-' || n)::uuid, 'Person ' || n, timestamptz '2024-01-01 00:00+00' + n * interval '5 hours'
FROM generate_series(1, 3000) AS n;

INSERT INTO "vendors" ("owner_id", "name", "slug", "created_at")
SELECT md5('profile-' || n)::uuid, 'Vendor ' || n, 'vendor-' || n, timestamptz '2024-01-01 00:00+00' + n * interval '1 day'
FROM generate_series(1, 1000) AS n;

INSERT INTO "locations" ("vendor_id", "name", "city")
SELECT 1 + (n - 1) / 3, 'Store ' || n, (ARRAY['Northport', 'Eastbrook', 'Southgate', 'Westfield', 'Midtown'])[1 + n % 5]
FROM generate_series(1, 3000) AS n;

INSERT INTO "products" ("vendor_id", "title", "description", "status", "price_cents", "stock_quantity", "created_at")
SELECT 1 + floor(1000 * power(chance, 1.2))::int, 'Product ' || n, repeat('Invented description. ', 3 + n % 6),
       (CASE WHEN n % 10 < 6 THEN 'published' WHEN n % 10 < 8 THEN 'draft' ELSE 'archived' END)::"product_status",
       100 + (n * 7919) % 20000, n % 120, timestamptz '2024-02-01 00:00+00' + n * interval '22 minutes'
FROM (SELECT n, random() AS chance FROM generate_series(1, 40000) AS n) AS draws;

INSERT INTO "inventory" ("vendor_id", "product_id", "location_id", "quantity", "updated_at")
SELECT "vendor_id", "id", 1 + ("vendor_id" - 1) * 3 + side, ("id" * (side + 3)) % 60, "created_at" + interval '2 days'
FROM "products", generate_series(0, 1) AS side;

INSERT INTO "orders" ("customer_id", "status", "total_cents", "created_at")
SELECT md5('customer-' || n % 20000)::uuid,
       CASE WHEN n % 20 = 0 THEN 'cancelled' WHEN n > 59500 THEN 'pending' ELSE 'delivered' END,
       500 + (n * 7919) % 30000, timestamptz '2025-11-03 12:00+00' - (60000 - n) * interval '8 minutes'
FROM generate_series(1, 60000) AS n;

INSERT INTO "order_items" ("order_id", "product_id", "vendor_id", "quantity", "price_cents", "created_at")
SELECT o."id", p."id", p."vendor_id", 1 + o."id" % 3, p."price_cents", o."created_at"
FROM (SELECT "id", "created_at", 1 + floor(40000 * random())::int AS pick FROM "orders",
             generate_series(1, 6) AS line WHERE line <= 1 + "id" % 6) AS o
JOIN "products" AS p ON p."id" = o.pick
ORDER BY o."id";

INSERT INTO "notifications" ("vendor_id", "kind", "message", "read_at", "created_at")
SELECT 1 + floor(1000 * power(chance, 1.2))::int, (ARRAY['order', 'stock', 'payout', 'review'])[1 + n % 4],
       'Invented message number ' || n,
       CASE WHEN n % 100 >= 3 THEN timestamptz '2025-01-02 00:00+00' + n * interval '3 minutes' END,
       timestamptz '2025-01-01 00:00+00' + n * interval '3 minutes'
FROM (SELECT n, random() AS chance FROM generate_series(1, 120000) AS n) AS draws;
