CREATE UNIQUE INDEX CONCURRENTLY t_doc_idx ON t USING gin (doc) INCLUDE (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_doc_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_doc_idx is missing or INVALID';
  END IF;
END $$;
