CREATE INDEX CONCURRENTLY t_a_idx ON {{ table }} (a);
