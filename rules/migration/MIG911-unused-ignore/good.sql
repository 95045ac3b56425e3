-- advisor:ignore MIG102 -- 40 rows, never more
DROP INDEX t_a_idx;
