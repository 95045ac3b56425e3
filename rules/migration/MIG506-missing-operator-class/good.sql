CREATE INDEX CONCURRENTLY t_doc_idx ON t USING gin (doc);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_doc_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_doc_idx is missing or INVALID';
  END IF;
END $$;
CREATE INDEX CONCURRENTLY IF NOT EXISTS t_b_idx ON t (b text_pattern_ops);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_b_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_b_idx is missing or INVALID';
  END IF;
END $$;
