CREATE INDEX CONCURRENTLY t_open_idx ON t (a DESC NULLS FIRST) WHERE s = 'open';
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_open_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_open_idx is missing or INVALID';
  END IF;
END $$;
