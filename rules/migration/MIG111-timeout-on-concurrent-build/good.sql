SET statement_timeout = 0;
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY t_a_idx ON t (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_a_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_a_idx is missing or INVALID';
  END IF;
END $$;
