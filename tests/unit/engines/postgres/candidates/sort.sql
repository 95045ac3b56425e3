-- title: equality and the newest rows: direction of one trailing column is irrelevant
SELECT * FROM orders WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 10;
-- expect: orders (customer_id, created_at)

-- title: range and order differ: both key orders are offered
SELECT * FROM orders WHERE customer_id = $1 AND priority > $2 ORDER BY created_at LIMIT 20;
-- expect: orders (customer_id, created_at)
-- expect: orders (customer_id, created_at, priority)
-- expect: orders (customer_id, priority)

-- title: mixed directions are kept
SELECT * FROM orders ORDER BY tenant_id ASC, created_at DESC LIMIT 50;
-- expect: orders (tenant_id, created_at DESC)

-- title: NULLS LAST is kept
SELECT * FROM orders ORDER BY priority DESC NULLS LAST LIMIT 10;
-- expect: orders (priority DESC NULLS LAST)

-- title: row-value keyset
SELECT * FROM orders WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT 25;
-- expect: orders (created_at, id)

-- title: latest per key with DISTINCT ON
SELECT DISTINCT ON (customer_id) * FROM orders ORDER BY customer_id, created_at DESC;
-- expect: orders (customer_id, created_at DESC)

-- title: latest per key with row_number()
SELECT * FROM (SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY created_at DESC) AS n FROM orders) o WHERE n = 1;
-- expect: orders (customer_id, created_at DESC)

-- title: max of a key
SELECT max(created_at) FROM orders WHERE customer_id = $1;
-- expect: orders (customer_id, created_at)

-- title: max of everything
SELECT max(created_at) FROM orders;
-- expect: orders (created_at)

-- title: ORDER BY an expression
SELECT * FROM customers ORDER BY lower(name) LIMIT 10;
-- expect: customers (lower(name))

-- title: ORDER BY a position of the select list
SELECT created_at, id FROM orders WHERE tenant_id = $1 ORDER BY 1 LIMIT 5;
-- expect: orders (tenant_id, created_at)
