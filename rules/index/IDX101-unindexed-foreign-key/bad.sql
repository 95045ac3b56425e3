CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id), note text);
INSERT INTO customers SELECT generate_series(1, 1000);
INSERT INTO orders SELECT n, 1 + n % 1000, repeat('x', 50) FROM generate_series(1, 20000) AS n;
-- A partial index that leaves rows out does not serve the check.
CREATE INDEX orders_recent_idx ON orders (customer_id) WHERE id > 19000;
ANALYZE;
