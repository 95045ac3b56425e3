-- title: active users by name
SELECT a."Id", a."UserName", a."Email", a."IsVerified" FROM "AspNetUsers" AS a WHERE a."UserName" = $1 AND a."IsActive" LIMIT 1;
-- expect: "AspNetUsers" ("UserName") WHERE "IsActive"
-- expect: "AspNetUsers" ("UserName")

-- title: a boolean compared with a parameter is no constant
SELECT "Id" FROM "AspNetUsers" WHERE "UserName" = $1 AND "IsActive" = $2;
-- never: "AspNetUsers" ("UserName") WHERE "IsActive"

-- title: soft delete
SELECT id FROM orders WHERE tenant_id = $1 AND deleted_at IS NULL;
-- expect: orders (tenant_id) WHERE deleted_at IS NULL

-- title: queue: a constant beside bound values
SELECT id FROM jobs WHERE queue = $1 AND state = 'pending' ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED;
-- expect: jobs (queue, run_at) WHERE state = 'pending'

-- title: a literal in a text without placeholders may be anybody's value
-- sample: pasted
SELECT id FROM jobs WHERE queue = 'mail' AND state = 'pending' ORDER BY run_at LIMIT 1;
-- expect: jobs (queue, state, run_at)
-- never: jobs (queue, run_at) WHERE state = 'pending'

-- title: a rare boolean alone
SELECT id, body FROM notifications WHERE NOT is_read;
-- expect: notifications (id) WHERE NOT is_read

-- title: unread notifications, newest first
SELECT * FROM notifications WHERE vendor_id = $1 AND is_read = false ORDER BY created_at DESC LIMIT 10;
-- expect: notifications (vendor_id, created_at) WHERE NOT is_read

-- title: aggregate per key from the index alone
select COUNT(*), COALESCE(SUM(CAST(amount as DECIMAL)), 0), MAX(created_at) from "invoices" where "invoices"."representative_id" = $1;
-- expect: invoices (representative_id) INCLUDE (amount, created_at)
-- expect: invoices (representative_id)

-- title: whole rows cannot be covered
SELECT * FROM invoices WHERE representative_id = $1;
-- never: invoices (representative_id) INCLUDE (id, amount, created_at)
