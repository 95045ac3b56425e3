CREATE INDEX CONCURRENTLY t_b_idx ON t USING gin (b gin_trgm_ops);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_b_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_b_idx is missing or INVALID';
  END IF;
END $$;
