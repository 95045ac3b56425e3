CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, created_at timestamptz);
CREATE INDEX orders_created_at_idx ON orders (created_at);
CREATE INDEX orders_customer_id_created_at_idx ON orders (customer_id, created_at);
-- A unique index enforces what the longer one does not.
CREATE UNIQUE INDEX orders_number_idx ON orders (id);
ANALYZE;
