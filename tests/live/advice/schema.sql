-- A small shop with 200,000 orders, loaded for real: what is recommended here is really built and used.
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL, country text NOT NULL);
CREATE TABLE orders (
  id bigint PRIMARY KEY, tenant_id integer NOT NULL, customer_id bigint NOT NULL REFERENCES customers (id),
  state text NOT NULL, priority integer, total numeric(10,2) NOT NULL,
  created_at timestamp with time zone NOT NULL, deleted_at timestamp with time zone, note text NOT NULL
);
CREATE TABLE "LineItems" ("Id" bigint PRIMARY KEY, "OrderId" bigint NOT NULL, "Sku" text NOT NULL, "IsGift" boolean NOT NULL);
CREATE TABLE settings (id integer PRIMARY KEY, name text NOT NULL);

INSERT INTO customers SELECT n, 'user' || n || '@example.org', 'Name ' || md5(n::text), (ARRAY['de','fr','it','es'])[1 + n % 4]
  FROM generate_series(1, 20000) AS n;
INSERT INTO orders SELECT n, n * 7 % 200, 1 + n * 31 % 20000, CASE WHEN n % 400 = 0 THEN 'pending' ELSE 'done' END,
    CASE WHEN n % 3 > 0 THEN n * 13 % 10000 END, n % 900, timestamptz '2025-01-01' + n * interval '2 minutes',
    CASE WHEN n % 50 <> 0 THEN timestamptz '2025-06-01' END, repeat('x', 80)
  FROM generate_series(1, 200000) AS n;
INSERT INTO "LineItems" SELECT n, 1 + n * 17 % 200000, 'sku-' || n % 5000, n % 500 = 0 FROM generate_series(1, 100000) AS n;
INSERT INTO settings SELECT n, 'name ' || n FROM generate_series(1, 20) AS n;
