-- runner: golang-migrate
DROP INDEX CONCURRENTLY t_a_idx;
