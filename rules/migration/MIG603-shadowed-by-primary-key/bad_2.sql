CREATE INDEX CONCURRENTLY t_id_b_idx ON t (id) INCLUDE (b, s);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_id_b_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_id_b_idx is missing or INVALID';
  END IF;
END $$;
