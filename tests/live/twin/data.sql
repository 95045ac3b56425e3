-- 200,000 rows: skewed, correlated, sparse and nested values. `setseed` keeps every run the same.
SET session_replication_role = replica; -- foreign keys hold by construction
SELECT setseed(0.4);
INSERT INTO sales.customers (email, name, country, score, created_at, deleted_at)
SELECT 'user' || i || '@example.org', 'Name ' || md5(i::text),
       (ARRAY['DE','DE','DE','DE','FR','FR','US','NL'])[1 + (random() * 7)::int],
       CASE WHEN random() < 0.3 THEN NULL ELSE (random() * 1000)::numeric(8,2) END,
       '2020-01-01'::timestamptz + i * interval '2 hours',
       CASE WHEN random() < 0.05 THEN '2024-06-01'::timestamptz END
FROM generate_series(1, 10000) i;
INSERT INTO sales.orders (customer_id, state, total, placed_at, note, tags, details)
SELECT 1 + (power(random(), 3) * 9999)::int,
       (CASE WHEN random() < 0.9 THEN 'shipped' WHEN random() < 0.6 THEN 'paid' WHEN random() < 0.9 THEN 'cancelled'
             ELSE 'new' END)::sales.state,
       (random() * 500)::numeric(10,2), '2021-01-01'::timestamp + i * interval '40 minutes',
       CASE WHEN random() < 0.2 THEN 'leave at door ' || (i % 100) END,
       ARRAY['t' || (power(random(), 2) * 50)::int, 'u' || (random() * 500)::int],
       jsonb_build_object('channel', (ARRAY['web','app','shop'])[1 + (random() * 2)::int], 'batch', i % 1000)
FROM generate_series(1, 50000) i;
INSERT INTO sales.items SELECT o.id, l, 1 + (power(random(), 2) * 2000)::int, 1 + (random() * 5)::int
FROM sales.orders o, generate_series(1, 1 + (o.id % 3)::int) l;
INSERT INTO sales.events SELECT i, (ARRAY['login','view','view','view','buy'])[1 + (random() * 4)::int],
       '2024-01-01'::date + (i % 730)::int FROM generate_series(1, 40000) i;
INSERT INTO public."Mixed Case" SELECT i, 'owner ' || i % 50, int4range(i, i + (random() * 100)::int) FROM generate_series(1, 5000) i;
REFRESH MATERIALIZED VIEW sales.revenue;
-- Large enough for ANALYZE to read every row: a sample misses the ends of a column, which production's planner looks up
-- in an index when a constant lies in the outermost part of the histogram, and which the twin cannot know.
SET default_statistics_target = 400;
VACUUM ANALYZE;
