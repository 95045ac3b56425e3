-- advisor:ignore MIG102 -- nobody reads this table
DROP INDEX CONCURRENTLY t_a_idx;
