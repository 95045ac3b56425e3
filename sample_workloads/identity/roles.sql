-- The role all four services connect as.
CREATE ROLE identity_app LOGIN;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO identity_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO identity_app;
