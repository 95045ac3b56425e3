SELECT format('DROP INDEX CONCURRENTLY %I.%I', n.nspname, c.relname)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND n.nspname = 'public' AND c.relname = 't_a_idx' \gexec
CREATE INDEX CONCURRENTLY IF NOT EXISTS t_a_idx ON t (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_a_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_a_idx is missing or INVALID';
  END IF;
END $$;
