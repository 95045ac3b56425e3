CREATE INDEX CONCURRENTLY t_closed_idx ON t (a) WHERE s = 'closed';
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_closed_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_closed_idx is missing or INVALID';
  END IF;
END $$;
