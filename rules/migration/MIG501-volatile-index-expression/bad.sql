CREATE INDEX CONCURRENTLY t_month_idx ON t (to_char(ts, 'YYYY-MM'));
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_month_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_month_idx is missing or INVALID';
  END IF;
END $$;
