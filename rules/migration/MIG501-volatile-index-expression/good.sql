CREATE INDEX CONCURRENTLY t_day_idx ON t (date_trunc('day', ts AT TIME ZONE 'UTC'));
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_day_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_day_idx is missing or INVALID';
  END IF;
END $$;
