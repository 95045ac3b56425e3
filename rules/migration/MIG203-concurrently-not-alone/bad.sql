-- runner: golang-migrate
SET lock_timeout = 0;
DROP INDEX CONCURRENTLY t_a_idx;
