CREATE TABLE t (id bigint PRIMARY KEY, a int, b text, s text, doc jsonb, ts timestamptz);
CREATE INDEX t_a_idx ON t (a);
