-- expect: MIG518
CREATE INDEX CONCURRENTLY accounts_email_idx ON Accounts (email);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('accounts_email_idx') AND indisvalid) THEN
    RAISE EXCEPTION 'accounts_email_idx is missing or INVALID';
  END IF;
END $$;
