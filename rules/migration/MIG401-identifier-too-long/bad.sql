CREATE INDEX CONCURRENTLY orders_by_customer_and_by_date_of_creation_for_the_monthly_report_idx ON t (a);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('orders_by_customer_and_by_date_of_creation_for_the_monthly_report_idx') AND indisvalid) THEN
    RAISE EXCEPTION 'orders_by_customer_and_by_date_of_creation_for_the_monthly_repo is missing or INVALID';
  END IF;
END $$;
