CREATE INDEX CONCURRENTLY long_table_a_idx ON t (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('long_table_a_idx') AND indisvalid) THEN
    RAISE EXCEPTION 'long_table_a_idx is missing or INVALID';
  END IF;
END $$;
CREATE INDEX CONCURRENTLY IF NOT EXISTS long_table_s_idx ON t (s);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('long_table_s_idx') AND indisvalid) THEN
    RAISE EXCEPTION 'long_table_s_idx is missing or INVALID';
  END IF;
END $$;
