CREATE TABLE accounts (id bigint PRIMARY KEY, email text);
INSERT INTO accounts VALUES (1, 'a@example.org'), (2, 'b@example.org');
CREATE UNIQUE INDEX CONCURRENTLY accounts_email_key ON accounts (email);
ANALYZE;
