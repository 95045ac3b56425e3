-- Undo of: x"; DROP TABLE y; -- i on x"; DROP TABLE y; --.x"; DROP TABLE y; --, database shop
-- Run it with: psql -v ON_ERROR_STOP=1 -f THIS_FILE

\set ON_ERROR_STOP on
SET client_encoding = 'UTF8';
-- A timeout during a concurrent build or drop leaves an INVALID index behind; neither blocks reads or writes while it waits.
SET statement_timeout = 0;
SET lock_timeout = 0;
SELECT format('SET %I = 0', name) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout' \gexec

DROP INDEX CONCURRENTLY IF EXISTS "x""; DROP TABLE y; --"."x""; DROP TABLE y; -- i";
