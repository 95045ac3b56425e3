CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id), note text);
INSERT INTO customers SELECT generate_series(1, 1000);
INSERT INTO orders SELECT n, 1 + n % 1000, repeat('x', 50) FROM generate_series(1, 20000) AS n;
-- The check never looks for NULL: this partial index serves it.
CREATE INDEX orders_customer_id_idx ON orders (customer_id) WHERE customer_id IS NOT NULL;
CREATE TABLE regions (country text, region text, PRIMARY KEY (country, region));
CREATE TABLE shops (id bigint PRIMARY KEY, country text, region text, FOREIGN KEY (country, region) REFERENCES regions);
-- Any order of a composite key serves.
CREATE INDEX shops_region_country_idx ON shops (region, country);
ANALYZE;
