-- advisor:ignore MIG102
DROP INDEX t_a_idx;
