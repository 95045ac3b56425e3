CREATE INDEX CONCURRENTLY orders_created_status_idx ON orders (created_at DESC, status);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('orders_created_status_idx') AND indisvalid) THEN
    RAISE EXCEPTION 'orders_created_status_idx is missing or INVALID';
  END IF;
END $$;
