CREATE INDEX CONCURRENTLY t_lower_b ON public.t (lower(b::text));
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_lower_b') AND indisvalid) THEN
    RAISE EXCEPTION 't_lower_b is missing or INVALID';
  END IF;
END $$;
