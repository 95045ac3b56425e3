-- expect: MIG609
CREATE INDEX CONCURRENTLY orders_total_status_idx ON orders (total, status);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('orders_total_status_idx') AND indisvalid) THEN
    RAISE EXCEPTION 'orders_total_status_idx is missing or INVALID';
  END IF;
END $$;
