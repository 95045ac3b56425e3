-- expect: MIG401, MIG402
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY a_very_long_table_name_with_a_prefix_that_uses_up_all_of_the_63_bytes_a_idx ON t (a);
CREATE INDEX CONCURRENTLY IF NOT EXISTS a_very_long_table_name_with_a_prefix_that_uses_up_all_of_the_63_bytes_s_idx ON t (s);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('a_very_long_table_name_with_a_prefix_that_uses_up_all_of_the_63_bytes_a_idx') AND indisvalid) THEN
    RAISE EXCEPTION 'a_very_long_table_name_with_a_prefix_that_uses_up_all_of_the_63_bytes_a_idx is missing or INVALID';
  END IF;
END $$;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('a_very_long_table_name_with_a_prefix_that_uses_up_all_of_the_63_bytes_s_idx') AND indisvalid) THEN
    RAISE EXCEPTION 'a_very_long_table_name_with_a_prefix_that_uses_up_all_of_the_63_bytes_s_idx is missing or INVALID';
  END IF;
END $$;
