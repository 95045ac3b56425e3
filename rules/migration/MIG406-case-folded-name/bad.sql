CREATE INDEX CONCURRENTLY IX_Orders_A ON t (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('ix_orders_a') AND indisvalid) THEN
    RAISE EXCEPTION 'ix_orders_a is missing or INVALID';
  END IF;
END $$;
