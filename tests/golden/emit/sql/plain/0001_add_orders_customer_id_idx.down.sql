-- Undo of: orders_customer_id_idx on public.orders, database shop
-- Run it with: psql -v ON_ERROR_STOP=1 -f THIS_FILE

\set ON_ERROR_STOP on
SET client_encoding = 'UTF8';
-- A timeout during a concurrent build or drop leaves an INVALID index behind; neither blocks reads or writes while it waits.
SET statement_timeout = 0;
SET lock_timeout = 0;
SELECT format('SET %I = 0', name) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout' \gexec

DROP INDEX CONCURRENTLY IF EXISTS public.orders_customer_id_idx;
