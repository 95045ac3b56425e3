CREATE INDEX CONCURRENTLY t_a_idx ON t (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_a_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_a_idx is missing or INVALID';
  END IF;
END $$;

-- Nobody uses a table that the same file creates.
CREATE TABLE IF NOT EXISTS n (a int);
CREATE INDEX IF NOT EXISTS n_a_idx ON n (a);
