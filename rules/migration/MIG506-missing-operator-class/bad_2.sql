CREATE INDEX CONCURRENTLY t_raw_idx ON t (raw);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_raw_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_raw_idx is missing or INVALID';
  END IF;
END $$;
