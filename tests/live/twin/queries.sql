-- Statements whose plans the twin has to reproduce. A line `-- with: CREATE INDEX ...` asks the second question too:
-- the plan with that index, added to the twin and really built on the original.

-- title: equality, common value
SELECT * FROM sales.orders WHERE state = 'shipped'
-- with: CREATE INDEX ON sales.orders (state)

-- title: equality, rare value
SELECT * FROM sales.orders WHERE state = 'new'
-- with: CREATE INDEX ON sales.orders (state)

-- title: equality on a skewed key, frequent
SELECT * FROM sales.orders WHERE customer_id = 1
-- with: CREATE INDEX ON sales.orders (customer_id)

-- title: equality on a skewed key, seldom
SELECT * FROM sales.orders WHERE customer_id = 9000
-- with: CREATE INDEX ON sales.orders (customer_id)

-- title: primary key
SELECT * FROM sales.orders WHERE id = 4711

-- title: composite primary key, prefix
SELECT * FROM sales.items WHERE order_id = 4711

-- title: unique domain column
SELECT name FROM sales.customers WHERE email = 'user77@example.org'

-- title: range inside the histogram
SELECT * FROM sales.orders WHERE placed_at BETWEEN '2022-03-01' AND '2022-03-20'

-- title: wide range
SELECT count(*) FROM sales.orders WHERE placed_at > '2022-01-01'

-- title: range on an unindexed number
SELECT * FROM sales.orders WHERE total > 499.5
-- with: CREATE INDEX ON sales.orders (total)

-- title: equality and order with a limit
SELECT * FROM sales.orders WHERE customer_id = 1 ORDER BY placed_at DESC LIMIT 10
-- with: CREATE INDEX ON sales.orders (customer_id, placed_at)

-- title: order with a limit
SELECT id, placed_at FROM sales.orders ORDER BY placed_at DESC NULLS LAST LIMIT 20

-- title: order by an unindexed column
SELECT * FROM sales.orders ORDER BY total DESC LIMIT 5
-- with: CREATE INDEX ON sales.orders (total DESC)

-- title: mixed sort directions
SELECT * FROM sales.items ORDER BY product_id, quantity DESC LIMIT 50
-- with: CREATE INDEX ON sales.items (product_id, quantity DESC)

-- title: join on the foreign key
SELECT o.id, c.name FROM sales.orders o JOIN sales.customers c ON c.id = o.customer_id WHERE c.country = 'NL'
-- with: CREATE INDEX ON sales.orders (customer_id)

-- title: nested loop into the child
SELECT i.* FROM sales.orders o JOIN sales.items i ON i.order_id = o.id WHERE o.customer_id = 5000
-- with: CREATE INDEX ON sales.orders (customer_id)

-- title: three tables
SELECT c.name, sum(i.quantity) FROM sales.customers c JOIN sales.orders o ON o.customer_id = c.id
JOIN sales.items i ON i.order_id = o.id WHERE i.product_id = 1500 GROUP BY c.name

-- title: aggregate, top ten
SELECT customer_id, count(*), sum(total) FROM sales.orders GROUP BY customer_id ORDER BY 2 DESC LIMIT 10

-- title: aggregate over few groups
SELECT country, count(*), avg(score) FROM sales.customers GROUP BY country

-- title: partial index with included column
SELECT name FROM sales.customers WHERE country = 'NL' AND deleted_at IS NULL

-- title: partial candidate
SELECT * FROM sales.orders WHERE state = 'new' AND total > 100
-- with: CREATE INDEX ON sales.orders (total) WHERE state = 'new'

-- title: soft delete
SELECT * FROM sales.customers WHERE deleted_at IS NOT NULL
-- with: CREATE INDEX ON sales.customers (deleted_at) WHERE deleted_at IS NOT NULL

-- title: array contains
SELECT * FROM sales.orders WHERE tags @> ARRAY['u77']

-- title: jsonb contains
SELECT * FROM sales.orders WHERE details @> '{"batch": 77}'

-- title: jsonb field
SELECT * FROM sales.orders WHERE details ->> 'channel' = 'app'

-- title: like with a prefix
SELECT * FROM sales.orders WHERE note LIKE 'leave at door 9%'
-- with: CREATE INDEX ON sales.orders (note text_pattern_ops)

-- title: like in the middle
SELECT * FROM sales.customers WHERE name LIKE '%abc%'

-- title: list of values
SELECT * FROM sales.items WHERE product_id IN (3, 700, 1999)

-- title: long list of keys
SELECT * FROM sales.orders WHERE id IN (1, 5, 9, 13, 1700, 2100, 25000, 40000, 49999)

-- title: expression index with statistics
SELECT * FROM sales.customers WHERE lower(name) = 'name 77'

-- title: expression over a function of the user's
SELECT * FROM sales.customers WHERE sales.initials(name) = 'NA'

-- title: expression candidate
SELECT * FROM sales.customers WHERE upper(name) = 'NAME 77'
-- with: CREATE INDEX ON sales.customers (upper(name))

-- title: expression candidate over a skewed column
SELECT * FROM sales.customers WHERE lower(country) = 'nl'
-- with: CREATE INDEX ON sales.customers (lower(country))

-- title: correlated subquery
SELECT c.id, (SELECT max(o.placed_at) FROM sales.orders o WHERE o.customer_id = c.id) FROM sales.customers c LIMIT 20
-- with: CREATE INDEX ON sales.orders (customer_id, placed_at)

-- title: exists
SELECT * FROM sales.customers c WHERE EXISTS (SELECT FROM sales.orders o WHERE o.customer_id = c.id AND o.state = 'new')

-- title: not exists
SELECT count(*) FROM sales.orders o WHERE NOT EXISTS (SELECT FROM sales.items i WHERE i.order_id = o.id)

-- title: index-only scan
SELECT count(*) FROM sales.orders WHERE id < 20000

-- title: covering candidate
SELECT customer_id, total FROM sales.orders WHERE customer_id BETWEEN 100 AND 400
-- with: CREATE INDEX ON sales.orders (customer_id) INCLUDE (total)

-- title: partition pruned
SELECT * FROM sales.events WHERE id = 77 AND happened_on = '2024-03-18'

-- title: all partitions
SELECT count(*) FROM sales.events WHERE kind = 'buy'

-- title: candidate on all partitions
SELECT * FROM sales.events WHERE happened_on = '2025-02-03'
-- with: CREATE INDEX ON sales.events (happened_on)

-- title: either of two columns
SELECT * FROM sales.orders WHERE customer_id = 9000 OR id = 5
-- with: CREATE INDEX ON sales.orders (customer_id)

-- title: nulls
SELECT * FROM sales.customers WHERE score IS NULL

-- title: distinct
SELECT DISTINCT ON (customer_id) * FROM sales.orders ORDER BY customer_id, placed_at DESC
-- with: CREATE INDEX ON sales.orders (customer_id, placed_at DESC)

-- title: window
SELECT *, row_number() OVER (PARTITION BY state ORDER BY total) FROM sales.orders WHERE id < 500

-- title: view
SELECT * FROM sales.open_orders WHERE customer_id = 3

-- title: materialised view
SELECT * FROM sales.revenue WHERE revenue > 900

-- title: generated column
SELECT * FROM sales.orders WHERE total_cents = 4200
-- with: CREATE INDEX ON sales.orders (total_cents)

-- title: quoted names and C collation
SELECT "Owner" FROM "Mixed Case" WHERE "Owner" LIKE 'owner 7%'

-- title: update
UPDATE sales.orders SET note = NULL WHERE customer_id = 8000
-- with: CREATE INDEX ON sales.orders (customer_id)

-- title: delete
DELETE FROM sales.items WHERE order_id = 12

-- title: with common table expressions
WITH recent AS (SELECT * FROM sales.orders ORDER BY placed_at DESC NULLS LAST LIMIT 100)
SELECT r.id, count(*) FROM recent r JOIN sales.items i ON i.order_id = r.id GROUP BY r.id
