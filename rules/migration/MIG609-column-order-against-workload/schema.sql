CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text, total int, created_at timestamptz);
