-- The tables all cases in this folder speak about.
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, name text, country text);
CREATE TABLE orders (
  id bigint PRIMARY KEY, tenant_id bigint NOT NULL, customer_id bigint NOT NULL, status text NOT NULL,
  total numeric(10,2), priority integer, created_at timestamp with time zone NOT NULL, deleted_at timestamp with time zone
);
CREATE TABLE order_items (id bigint PRIMARY KEY, order_id bigint NOT NULL, product_id bigint NOT NULL, vendor_id bigint, quantity integer NOT NULL);
CREATE TABLE jobs (id bigint PRIMARY KEY, queue text NOT NULL, state text NOT NULL, run_at timestamp with time zone NOT NULL, payload jsonb);
CREATE TABLE notifications (id bigint PRIMARY KEY, vendor_id bigint NOT NULL, is_read boolean NOT NULL, body text, created_at timestamp with time zone NOT NULL);
CREATE TABLE "AspNetUsers" ("Id" uuid PRIMARY KEY, "UserName" character varying(256), "Email" character varying(256), "IsActive" boolean NOT NULL, "IsVerified" boolean NOT NULL, "PasswordHash" text);
CREATE TABLE invoices (id integer PRIMARY KEY, representative_id integer NOT NULL, amount text NOT NULL, created_at timestamp with time zone NOT NULL);
CREATE TABLE archive.orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
CREATE TABLE events (id bigint PRIMARY KEY, user_id bigint NOT NULL, kind text NOT NULL, at timestamp with time zone NOT NULL);
CREATE INDEX events_user_id_at_idx ON events (user_id, at);
CREATE UNIQUE INDEX customers_email_key ON customers (email);
CREATE VIEW open_orders AS SELECT id, customer_id, created_at FROM orders WHERE status = 'open';
