CREATE INDEX CONCURRENTLY "IX_Orders_A" ON t (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('"IX_Orders_A"') AND indisvalid) THEN
    RAISE EXCEPTION '"IX_Orders_A" is missing or INVALID';
  END IF;
END $$;
CREATE INDEX CONCURRENTLY IF NOT EXISTS t_b_idx ON T (B);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('t_b_idx') AND indisvalid) THEN
    RAISE EXCEPTION 't_b_idx is missing or INVALID';
  END IF;
END $$;
