-- runner: drizzle
DROP INDEX CONCURRENTLY t_a_idx;
