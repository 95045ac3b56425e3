-- runner: supabase
DROP INDEX CONCURRENTLY t_a_idx;
ANALYZE t;
