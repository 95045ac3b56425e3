-- title: primary key lookup
SELECT * FROM orders WHERE id = $1;
-- nothing

-- title: unique index lookup with a further condition
SELECT * FROM customers WHERE email = $1 AND country = $2;
-- nothing

-- title: a prefix of an existing index
SELECT * FROM events WHERE user_id = $1;
-- nothing

-- title: the existing index read backwards
SELECT * FROM events WHERE user_id = $1 ORDER BY at DESC LIMIT 1;
-- never: events (user_id, at)
-- never: events (user_id)

-- title: not equal
SELECT * FROM orders WHERE status <> $1;
-- nothing

-- title: NOT IN
SELECT * FROM orders WHERE status NOT IN ($1, $2);
-- nothing

-- title: leading wildcard
SELECT * FROM customers WHERE name LIKE '%abc%';
-- nothing

-- title: ILIKE
SELECT * FROM customers WHERE name ILIKE $1;
-- nothing

-- title: INSERT
INSERT INTO orders (id, tenant_id) VALUES ($1, $2);
-- nothing

-- title: full aggregate
SELECT count(*) FROM orders;
-- nothing

-- title: a function in FROM is no table
SELECT * FROM generate_series(1, 10) orders WHERE orders > 5;
-- nothing

-- title: a CTE hides the table of the same name
WITH orders AS (SELECT 1 AS customer_id) SELECT * FROM orders WHERE customer_id = $1;
-- nothing

-- title: a temporary table is not in the catalogue
SELECT * FROM pg_temp.scratch WHERE a = $1;
-- nothing

-- title: value = ANY(array column)
SELECT * FROM customers WHERE $1 = ANY(name);
-- nothing
