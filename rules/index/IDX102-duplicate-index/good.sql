CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, email text);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
-- Other rows, another operator class: other indexes.
CREATE INDEX orders_open_idx ON orders (customer_id) WHERE email IS NULL;
CREATE INDEX orders_email_idx ON orders (email);
CREATE INDEX orders_email_like_idx ON orders (email text_pattern_ops);
ANALYZE;
