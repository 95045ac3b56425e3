CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, note text);
INSERT INTO orders SELECT n, 1 + n % 5000, repeat('x', 50) FROM generate_series(1, 50000) AS n;
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
ANALYZE;
-- The workload:
SELECT note FROM orders WHERE customer_id = 42;
