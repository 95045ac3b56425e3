-- title: join on an unindexed foreign key
SELECT * FROM orders o JOIN order_items i ON i.order_id = o.id WHERE o.id = $1;
-- expect: order_items (order_id)

-- title: join key and filter of the inner side
SELECT * FROM orders o JOIN order_items i ON i.order_id = o.id WHERE i.vendor_id = $1;
-- expect: order_items (vendor_id)
-- expect: order_items (order_id, vendor_id)

-- title: EXISTS
SELECT * FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = $1);
-- expect: orders (customer_id, status)

-- title: NOT EXISTS
SELECT * FROM customers c WHERE NOT EXISTS (SELECT * FROM orders o WHERE o.customer_id = c.id);
-- expect: orders (customer_id)

-- title: IN with a subquery
SELECT * FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE created_at > $1);
-- expect: orders (created_at)
-- expect: orders (customer_id, created_at)

-- title: LATERAL top one
SELECT * FROM customers c LEFT JOIN LATERAL (SELECT * FROM orders o WHERE o.customer_id = c.id ORDER BY o.created_at DESC LIMIT 1) last ON true;
-- expect: orders (customer_id, created_at)

-- title: correlated subquery in the select list
SELECT c.id, (SELECT max(o.created_at) FROM orders o WHERE o.customer_id = c.id) FROM customers c;
-- expect: orders (customer_id, created_at)

-- title: self join
SELECT b.id FROM orders a JOIN orders b ON b.customer_id = a.customer_id AND b.created_at > a.created_at WHERE a.id = $1;
-- expect: orders (customer_id, created_at)

-- title: through a CTE
WITH recent AS (SELECT * FROM orders WHERE created_at > $1) SELECT * FROM recent WHERE customer_id = $2;
-- expect: orders (customer_id, created_at)

-- title: a recursive CTE
WITH RECURSIVE chain AS (SELECT id, customer_id FROM orders WHERE id = $1 UNION ALL SELECT o.id, o.customer_id FROM orders o JOIN chain ON o.customer_id = chain.id) SELECT * FROM chain;
-- expect: orders (customer_id)

-- title: through a view
SELECT * FROM open_orders WHERE customer_id = $1;
-- expect: orders (customer_id)

-- title: PostgREST's generated form
WITH pgrst_source AS ( SELECT "public"."notifications".* FROM "public"."notifications" WHERE "public"."notifications"."vendor_id" = $1 AND "public"."notifications"."is_read" IS FALSE ORDER BY "public"."notifications"."created_at" DESC LIMIT $2 OFFSET $3 ) SELECT null::bigint AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total, coalesce(json_agg(_postgrest_t), '[]') AS body FROM ( SELECT * FROM pgrst_source ) _postgrest_t;
-- expect: notifications (vendor_id, created_at) WHERE is_read IS FALSE

-- title: USING joins both sides
SELECT * FROM order_items JOIN notifications USING (vendor_id) WHERE order_items.id = $1;
-- expect: notifications (vendor_id)
