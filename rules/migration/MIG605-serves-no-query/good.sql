CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('orders_customer_id_idx') AND indisvalid) THEN
    RAISE EXCEPTION 'orders_customer_id_idx is missing or INVALID';
  END IF;
END $$;
