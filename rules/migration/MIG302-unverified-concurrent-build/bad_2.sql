CREATE INDEX CONCURRENTLY t_a_idx ON t (a);
-- A check of another index is none of this one.
CREATE INDEX CONCURRENTLY IF NOT EXISTS t_s_idx ON t (s);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_s_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_s_idx is missing or INVALID';
  END IF;
END $$;
