-- Fails unless this index exists, is valid and is defined as it should be: x"; DROP TABLE y; -- i on x"; DROP TABLE y; --.x"; DROP TABLE y; --, database shop
-- Run it with: psql -v ON_ERROR_STOP=1 -f THIS_FILE

\set ON_ERROR_STOP on
SET client_encoding = 'UTF8';
DO $advisor$
DECLARE
  index_name CONSTANT text := '"x""; DROP TABLE y; --"."x""; DROP TABLE y; -- i"';
  present    CONSTANT oid := to_regclass(index_name);
  wanted     oid;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = present) THEN
    RAISE EXCEPTION USING MESSAGE = format('index %s does not exist', index_name),
      HINT = CASE WHEN present IS NOT NULL THEN 'Another kind of relation has that name: rename one of them.' ELSE 'Run the up file.' END;
  END IF;
  IF NOT (SELECT indisvalid AND indisready FROM pg_catalog.pg_index WHERE indexrelid = present) THEN
    RAISE EXCEPTION USING MESSAGE = format('index %s is INVALID', index_name),
      HINT = 'Run the up file: it removes the leftover and builds the index.';
  END IF;
  CREATE TEMPORARY TABLE "x""; DROP TABLE y; --" (LIKE "x""; DROP TABLE y; --"."x""; DROP TABLE y; --") ON COMMIT DROP;
  CREATE INDEX ON pg_temp."x""; DROP TABLE y; --" (customer_id);
  wanted := (SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid = 'pg_temp."x""; DROP TABLE y; --"'::regclass);
  IF (SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = present) <> '"x""; DROP TABLE y; --"."x""; DROP TABLE y; --"'::regclass OR 1 <> (
    SELECT count(*) FROM (
      SELECT DISTINCT c.relam, i.indisunique, to_jsonb(i) ->> 'indnullsnotdistinct', i.indnkeyatts,
        i.indclass::text, i.indcollation::text, i.indoption::text, c.reloptions, pg_get_expr(i.indpred, i.indrelid),
        ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnatts) AS k)
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      WHERE i.indexrelid IN (present, wanted)) AS definitions)
  THEN
    RAISE EXCEPTION USING MESSAGE = format('index %s has another definition: %s', index_name, pg_get_indexdef(present)),
      DETAIL = format('Wanted: %s', 'CREATE INDEX CONCURRENTLY "x""; DROP TABLE y; -- i" ON "x""; DROP TABLE y; --"."x""; DROP TABLE y; --" (customer_id)'),
      HINT = 'Rename or drop the index that has the name, then run the up file.';
  END IF;
END
$advisor$;
