CREATE INDEX CONCURRENTLY IF NOT EXISTS base ON t (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('base') AND indisvalid) THEN
    RAISE EXCEPTION 'base is missing or INVALID';
  END IF;
END $$;
