-- expect: MIG518
CREATE INDEX CONCURRENTLY t_nope_idx ON t (nope);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_nope_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_nope_idx is missing or INVALID';
  END IF;
END $$;
