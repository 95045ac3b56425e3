-- title: one equality column
SELECT * FROM orders WHERE customer_id = $1;
-- parameters: 4242
-- expect: orders (customer_id)

-- title: equality and range
SELECT * FROM orders WHERE tenant_id = $1 AND created_at >= $2;
-- parameters: 17, 2025-09-01
-- expect: orders (tenant_id, created_at)

-- title: newest rows of a key
SELECT * FROM orders WHERE tenant_id = $1 ORDER BY created_at DESC LIMIT 10;
-- parameters: 17
-- expect: orders (tenant_id, created_at)

-- title: mixed directions
SELECT id, tenant_id FROM orders ORDER BY tenant_id, created_at DESC LIMIT 50;
-- expect: orders (tenant_id, created_at DESC)

-- title: NULLS LAST
SELECT * FROM orders ORDER BY priority DESC NULLS LAST LIMIT 10;
-- expect: orders (priority DESC NULLS LAST)

-- title: keyset
SELECT * FROM orders WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT 25;
-- parameters: 2025-06-01, 100
-- expect: orders (created_at, id)

-- title: OR over two columns takes two indexes
SELECT * FROM orders WHERE customer_id = $1 OR priority = $2;
-- parameters: 4242, 55
-- expect: orders (customer_id)
-- expect: orders (priority)

-- title: queue
SELECT id FROM orders WHERE state = 'pending' AND tenant_id <> $1 ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED;
-- parameters: 17
-- expect: orders (created_at) WHERE state = 'pending'

-- title: soft delete
SELECT * FROM orders WHERE tenant_id = $1 AND deleted_at IS NULL;
-- parameters: 50
-- expect: orders (tenant_id) WHERE deleted_at IS NULL

-- title: rare boolean of a quoted table
SELECT * FROM "LineItems" WHERE "IsGift";
-- expect: "LineItems" ("Id") WHERE "IsGift"

-- title: join on an unindexed key
SELECT c.name, o.total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.email = $1;
-- parameters: user77@example.org
-- expect: orders (customer_id)

-- title: quoted join key
SELECT o.id, i."Sku" FROM orders o JOIN "LineItems" i ON i."OrderId" = o.id WHERE o.id = $1;
-- parameters: 777
-- expect: "LineItems" ("OrderId")

-- title: LATERAL top one
SELECT c.id, l.created_at FROM customers c LEFT JOIN LATERAL (SELECT o.created_at, o.note FROM orders o WHERE o.customer_id = c.id ORDER BY o.created_at DESC LIMIT 1) l ON true WHERE c.id < $1;
-- parameters: 50
-- expect: orders (customer_id, created_at)

-- title: DISTINCT ON
SELECT DISTINCT ON (tenant_id) tenant_id, created_at FROM orders WHERE tenant_id < $1 ORDER BY tenant_id, created_at DESC;
-- parameters: 3
-- expect: orders (tenant_id, created_at DESC)

-- title: max of a key
SELECT max(created_at) FROM orders WHERE customer_id = $1;
-- parameters: 4242
-- expect: orders (customer_id, created_at)

-- title: aggregate from the index alone
SELECT count(*), sum(total) FROM orders WHERE tenant_id = $1;
-- parameters: 17
-- expect: orders (tenant_id) INCLUDE (total)

-- title: expression
SELECT * FROM customers WHERE lower(name) = lower($1);
-- parameters: name abc
-- expect: customers (lower(name))

-- title: prefix
SELECT id FROM customers WHERE name LIKE 'Name abc%';
-- expect: customers (name text_pattern_ops)

-- title: through a CTE
WITH old AS (SELECT * FROM orders WHERE created_at < $1) SELECT * FROM old WHERE customer_id = $2;
-- parameters: 2025-06-01, 4242
-- expect: orders (customer_id)

-- title: UPDATE
UPDATE orders SET total = $1 WHERE customer_id = $2;
-- parameters: 5, 4242
-- expect: orders (customer_id)

-- title: expression beside a condition that every statement has
SELECT "OrderId" FROM "LineItems" WHERE lower("Sku") = $1 AND NOT "IsGift";
-- parameters: sku-77
-- expect: "LineItems" (lower("Sku"), "IsGift")
