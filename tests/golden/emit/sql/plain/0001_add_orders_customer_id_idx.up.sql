-- orders_customer_id_idx on public.orders, database shop
-- why: customer_id is compared with =, so it leads
-- serves 1 statement, 412 calls:
-- 9f3ab2c4d5e6f708 412 calls, cost 8,123 -> 14.2: select * from orders where customer_id = ?
-- cost before -> after: 3,346,841 -> 5,850 planner cost units over all calls, planned on a statistics twin (PostgreSQL 18.4 (embedded), statistics: full)
-- size: about 30 MB; +12% on the cost of inserting a row; confidence high
-- recommendation 000000002936
--
-- Run it with: psql -v ON_ERROR_STOP=1 -f THIS_FILE   (no -1, no -c: each statement is a transaction of its own)
-- When it stops half-way, run it again: it removes what the failed build left and builds anew.

\set ON_ERROR_STOP on
SET client_encoding = 'UTF8';
-- A timeout during a concurrent build or drop leaves an INVALID index behind; neither blocks reads or writes while it waits.
SET statement_timeout = 0;
SET lock_timeout = 0;
SELECT format('SET %I = 0', name) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout' \gexec

-- 1. Nobody else may be building on this table. An INVALID leftover of an earlier attempt goes away.
DO $advisor$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index
              WHERE datname = current_database() AND relid = 'public.orders'::regclass) THEN
    RAISE EXCEPTION USING MESSAGE = format('another session is building an index on %s', 'public.orders'),
      HINT = 'Two concurrent builds on one table deadlock: run this file when the other one is done.';
  END IF;
END
$advisor$;
SELECT format('DROP INDEX CONCURRENTLY %I.%I', n.nspname, c.relname)
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT i.indisvalid AND c.relkind = 'i' AND i.indrelid = 'public.orders'::regclass
   AND n.nspname = 'public' AND c.relname = 'orders_customer_id_idx'
\gexec

-- 2. The build. Reads and writes go on.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_customer_id_idx ON public.orders (customer_id, created_at DESC) WHERE state = 'open';

-- 3. IF NOT EXISTS is content with any relation of that name: the index must be valid, and be this one.
DO $advisor$
DECLARE
  index_name CONSTANT text := 'public.orders_customer_id_idx';
  present    CONSTANT oid := to_regclass(index_name);
  wanted     oid;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = present) THEN
    RAISE EXCEPTION USING MESSAGE = format('index %s does not exist', index_name),
      HINT = CASE WHEN present IS NOT NULL THEN 'Another kind of relation has that name: rename one of them.' ELSE 'Run the up file.' END;
  END IF;
  IF NOT (SELECT indisvalid AND indisready FROM pg_catalog.pg_index WHERE indexrelid = present) THEN
    RAISE EXCEPTION USING MESSAGE = format('index %s is INVALID', index_name),
      HINT = 'Run this file again: it removes the leftover and builds the index.';
  END IF;
  CREATE TEMPORARY TABLE orders (LIKE public.orders) ON COMMIT DROP;
  CREATE INDEX ON pg_temp.orders (customer_id, created_at DESC) WHERE state = 'open';
  wanted := (SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid = 'pg_temp.orders'::regclass);
  IF (SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = present) <> 'public.orders'::regclass OR 1 <> (
    SELECT count(*) FROM (
      SELECT DISTINCT c.relam, i.indisunique, to_jsonb(i) ->> 'indnullsnotdistinct', i.indnkeyatts,
        i.indclass::text, i.indcollation::text, i.indoption::text, c.reloptions, pg_get_expr(i.indpred, i.indrelid),
        ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnatts) AS k)
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      WHERE i.indexrelid IN (present, wanted)) AS definitions)
  THEN
    RAISE EXCEPTION USING MESSAGE = format('index %s has another definition: %s', index_name, pg_get_indexdef(present)),
      DETAIL = format('Wanted: %s', 'CREATE INDEX CONCURRENTLY orders_customer_id_idx ON public.orders (customer_id, created_at DESC) WHERE state = ''open'''),
      HINT = 'Rename or drop the index that has the name, then run the up file.';
  END IF;
END
$advisor$;
