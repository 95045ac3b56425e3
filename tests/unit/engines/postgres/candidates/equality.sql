-- title: one equality column
SELECT * FROM orders WHERE customer_id = $1;
-- expect: orders (customer_id)

-- title: several equality columns make one index
SELECT * FROM orders WHERE tenant_id = $1 AND customer_id = $2 AND status = $3;
-- expect: orders (customer_id, status, tenant_id)
-- never: orders (tenant_id) INCLUDE (id)

-- title: a range column comes after the equality column
SELECT * FROM orders WHERE created_at >= $1 AND tenant_id = $2;
-- expect: orders (tenant_id, created_at)
-- never: orders (created_at, tenant_id)

-- title: IN counts as equality, BETWEEN as one range
SELECT * FROM orders WHERE status IN ($1, $2) AND created_at BETWEEN $3 AND $4;
-- expect: orders (status, created_at)

-- title: = ANY with a bound array counts as equality
SELECT * FROM orders WHERE customer_id = ANY($1::bigint[]) AND created_at >= $2;
-- expect: orders (customer_id, created_at)

-- title: a range alone
SELECT * FROM orders WHERE created_at >= now() - interval '1 day';
-- expect: orders (created_at)

-- title: quoted names keep their case
SELECT u."Id", u."Email" FROM "AspNetUsers" AS u WHERE u."UserName" = $1;
-- expect: "AspNetUsers" ("UserName")

-- title: an unquoted mixed-case name is another name
SELECT Customer_ID FROM Orders WHERE Customer_ID = $1;
-- expect: orders (customer_id)

-- title: the schema decides which table is meant
SELECT * FROM archive.orders WHERE customer_id = $1;
-- expect: archive.orders (customer_id)
-- never: orders (customer_id)

-- title: UPDATE reads like SELECT
UPDATE orders SET status = $1 WHERE customer_id = $2 AND created_at < $3;
-- expect: orders (customer_id, created_at)

-- title: DELETE reads like SELECT
DELETE FROM jobs WHERE state = $1 AND run_at < $2;
-- expect: jobs (state, run_at)

-- title: normalised text with question marks
SELECT * FROM orders WHERE customer_id = any (?::bigint[]) and tenant_id in (?) limit ?;
-- expect: orders (customer_id, tenant_id)
