CREATE TABLE events (id bigint PRIMARY KEY, kind text);
INSERT INTO events SELECT n, 'kind ' || n FROM generate_series(1, 60000) AS n;
CREATE INDEX events_kind_idx ON events (kind);
ANALYZE;
DO $$ DECLARE found bigint; BEGIN
  FOR n IN 1..1100 LOOP SELECT id INTO found FROM events WHERE kind = 'kind ' || n; END LOOP;
END $$;
SELECT pg_stat_force_next_flush();
