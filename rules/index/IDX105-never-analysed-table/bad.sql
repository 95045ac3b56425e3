CREATE TABLE readings (id bigint PRIMARY KEY, value double precision);
INSERT INTO readings SELECT n, n FROM generate_series(1, 5000) AS n;
