SET LOCAL lock_timeout = '5s';
DROP INDEX CONCURRENTLY t_a_idx;
