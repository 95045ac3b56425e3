-- title: primary key
SELECT * FROM orders WHERE id = $1;
-- parameters: 5
-- silent: primary-key lookup already: orders_pkey

-- title: unique key
SELECT * FROM customers WHERE email = $1;
-- parameters: user5@example.org
-- silent: unique-key lookup already: customers_email_key

-- title: tiny table
SELECT * FROM settings WHERE name = $1;
-- parameters: name 5
-- silent: tiny table

-- title: a literal that matches most rows
SELECT * FROM orders WHERE state = $1;
-- parameters: done
-- silent: of orders: reading all of it is cheaper

-- title: not equal
SELECT * FROM orders WHERE state <> $1;
-- parameters: done
-- silent: <> matches most rows

-- title: leading wildcard
SELECT * FROM customers WHERE name LIKE '%abc%';
-- silent: needs a trigram index: not offered yet

-- title: a full aggregate
SELECT sum(length(note)) FROM orders;
-- silent: reads whole tables

-- title: INSERT
INSERT INTO settings VALUES ($1, $2);
-- parameters: 50, x
-- silent: INSERT

-- title: an unknown table
SELECT * FROM nowhere WHERE id = $1;
-- parameters: 5
-- silent: not plannable: relation "nowhere" does not exist

-- title: no table at all
SELECT 1;
-- silent: reads no table
