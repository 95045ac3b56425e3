-- A small shop with every kind of column, constraint and index that the twin has to reproduce.
CREATE SCHEMA sales;
CREATE TYPE sales.state AS ENUM ('new', 'paid', 'shipped', 'cancelled');
CREATE DOMAIN sales.email AS text CHECK (VALUE LIKE '%@%');
CREATE FUNCTION sales.initials(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(left(name, 2)) $$;

CREATE TABLE sales.customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email sales.email NOT NULL UNIQUE,
  name text NOT NULL,
  country char(2) NOT NULL,
  score numeric(8,2),
  created_at timestamptz NOT NULL,
  deleted_at timestamptz
);
CREATE INDEX customers_lower_name_idx ON sales.customers (lower(name));
CREATE INDEX customers_initials_idx ON sales.customers (sales.initials(name));
CREATE INDEX customers_alive_idx ON sales.customers (country) INCLUDE (name) WHERE deleted_at IS NULL;

CREATE TABLE sales.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES sales.customers,
  state sales.state NOT NULL,
  total numeric(10,2) NOT NULL,
  total_cents bigint GENERATED ALWAYS AS ((total * 100)::bigint) STORED,
  placed_at timestamp NOT NULL,
  note text,
  tags text[] NOT NULL,
  details jsonb NOT NULL,
  CHECK (total >= 0)
);
CREATE INDEX orders_placed_idx ON sales.orders (placed_at DESC NULLS LAST);

CREATE TABLE sales.items (
  order_id bigint NOT NULL REFERENCES sales.orders,
  line int NOT NULL,
  product_id int NOT NULL,
  quantity int NOT NULL,
  PRIMARY KEY (order_id, line)
);
CREATE INDEX items_product_idx ON sales.items (product_id);

CREATE TABLE sales.events (
  id bigint NOT NULL,
  kind text NOT NULL,
  happened_on date NOT NULL,
  PRIMARY KEY (id, happened_on)
) PARTITION BY RANGE (happened_on);
CREATE TABLE sales.events_2024 PARTITION OF sales.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE sales.events_2025 PARTITION OF sales.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX events_kind_idx ON sales.events (kind);

CREATE TABLE public."Mixed Case" ("Id" int PRIMARY KEY, "Owner" text NOT NULL COLLATE "C", span int4range);
ALTER TABLE public."Mixed Case" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "own rows" ON public."Mixed Case" USING ("Owner" = current_setting('app.user', true));
CREATE INDEX "Mixed_Owner" ON public."Mixed Case" ("Owner" text_pattern_ops);

CREATE VIEW sales.open_orders AS SELECT * FROM sales.orders WHERE state IN ('new', 'paid');
CREATE MATERIALIZED VIEW sales.revenue AS
  SELECT customer_id, sum(total) AS revenue FROM sales.orders GROUP BY customer_id;
CREATE STATISTICS sales.orders_state_total ON state, total FROM sales.orders;
