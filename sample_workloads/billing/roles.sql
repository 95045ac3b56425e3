-- The role the dashboard connects as.
CREATE ROLE billing_app LOGIN;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO billing_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO billing_app;
