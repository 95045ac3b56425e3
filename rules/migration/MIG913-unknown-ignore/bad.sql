-- advisor:ignore MIG999 -- 40 rows
DROP INDEX CONCURRENTLY t_a_idx;
