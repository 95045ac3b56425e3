-- Invented data, the same in every run: 230 representatives (ids from 1701, as after a migration), 120,000 invoices of which
-- a few representatives write most, and 80,000 payments.
SELECT setseed(0.1833);

INSERT INTO "representatives" ("id", "name", "code", "is_active", "parent_id", "created_at")
SELECT n, 'Representative ' || n, 'REP-' || n, n % 20 <> 0, CASE WHEN n % 15 = 0 THEN 1701 + n % 10 END,
       timestamp '2023-01-01' + (n - 1700) * interval '2 days'
FROM generate_series(1701, 1930) AS n;

INSERT INTO "invoices" ("invoice_number", "representative_id", "amount", "status", "issue_date", "usage_data", "created_at")
SELECT 'INV-' || lpad(n::text, 7, '0'),
       1701 + floor(230 * power(chance, 2))::int,
       (20 + (n * 7919) % 4800)::text || '.' || lpad(((n * 31) % 100)::text, 2, '0'),
       CASE WHEN n % 50 = 0 THEN 'overdue' WHEN n % 7 = 0 THEN 'unpaid' ELSE 'paid' END,
       to_char(date '2023-02-01' + n / 120, 'YYYY-MM-DD'),
       jsonb_build_object('minutes', n % 900, 'plan', 'plan-' || n % 6),
       timestamp '2023-02-01' + n * interval '12 minutes'
FROM (SELECT n, random() AS chance FROM generate_series(1, 120000) AS n) AS draws;

INSERT INTO "payments" ("representative_id", "invoice_id", "amount", "payment_date", "is_allocated", "created_at")
SELECT "representative_id", "id", "amount", "issue_date", "id" % 3 > 0, "created_at" + interval '3 days'
FROM "invoices" WHERE "status" = 'paid' AND "id" % 4 > 0;

INSERT INTO "activity_logs" ("type", "description", "related_id", "metadata", "created_at")
SELECT (ARRAY['invoice_created', 'payment_received', 'reminder_sent'])[1 + n % 3], 'Entry ' || n, n, NULL,
       timestamp '2025-06-01' + n * interval '6 minutes'
FROM generate_series(1, 30000) AS n;

INSERT INTO "settings" ("key", "value")
VALUES ('app_name', 'Billing'), ('currency', 'EUR'), ('invoice_template', 'default'), ('reminder_days', '14');

SELECT setval('representatives_id_seq', 1930);
