CREATE INDEX CONCURRENTLY t_a_idx ON t (a, s DESC) INCLUDE (ts);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_a_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_a_idx is missing or INVALID';
  END IF;
END $$;
CREATE INDEX CONCURRENTLY IF NOT EXISTS t_ts_idx ON t USING brin (ts);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_ts_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_ts_idx is missing or INVALID';
  END IF;
END $$;
