CREATE TABLE t (id bigint PRIMARY KEY, a int, b text, s text, doc jsonb, ts timestamptz);
CREATE INDEX t_a_open_idx ON t (a) WHERE s = 'open';
CREATE INDEX t_lower_idx ON t (lower(b));
