SELECT id FROM orders WHERE status = $1 AND total > $2;
SELECT id FROM orders WHERE status = $1 AND created_at > $2 ORDER BY created_at DESC;
