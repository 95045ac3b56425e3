CREATE INDEX CONCURRENTLY t_ts_idx ON t USING brin (ts DESC);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_ts_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_ts_idx is missing or INVALID';
  END IF;
END $$;
