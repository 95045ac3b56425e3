-- title: a function of a column
SELECT * FROM customers WHERE lower(name) = lower($1);
-- expect: customers (lower(name))

-- title: a key of a json document
SELECT * FROM jobs WHERE payload->>'user' = $1;
-- expect: jobs ((payload ->> 'user'))

-- title: arithmetic
SELECT * FROM orders WHERE total * 2 > $1;
-- expect: orders ((total * 2))

-- title: OR over two columns: one index each, never one for both
SELECT * FROM orders WHERE customer_id = $1 OR tenant_id = $2;
-- expect: orders (customer_id)
-- expect: orders (tenant_id)
-- never: orders (customer_id, tenant_id)

-- title: OR beside an equality
SELECT * FROM orders WHERE status = $1 AND (customer_id = $2 OR tenant_id = $3);
-- expect: orders (status, customer_id)
-- expect: orders (status, tenant_id)

-- title: OR over one column is IN
SELECT * FROM orders WHERE status = $1 OR status = $2;
-- expect: orders (status)

-- title: a prefix needs its operator class
SELECT * FROM customers WHERE name LIKE 'abc%';
-- expect: customers (name text_pattern_ops)

-- title: a relabelling cast keeps the column
SELECT "Id" FROM "AspNetUsers" WHERE "UserName"::text = $1;
-- expect: "AspNetUsers" ("UserName")
