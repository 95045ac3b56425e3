-- expect: MIG111, MIG301
-- The whole advice of a common linter: both timeouts and IF NOT EXISTS. The second run reports success.
SET lock_timeout = '500ms';
SET statement_timeout = '60ms';
CREATE INDEX CONCURRENTLY IF NOT EXISTS t_a_idx ON t (a);
