CREATE INDEX CONCURRENTLY orders_by_customer_and_month_3f9c1d2a_idx ON t (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('orders_by_customer_and_month_3f9c1d2a_idx') AND indisvalid) THEN
    RAISE EXCEPTION 'orders_by_customer_and_month_3f9c1d2a_idx is missing or INVALID';
  END IF;
END $$;
