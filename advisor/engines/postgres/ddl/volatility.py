"""Functions that may not stand in an index, because their result changes with time, session or settings.

The lists hold built-in functions of which no variant is IMMUTABLE (`pg_proc.provolatile`, checked against a server by the tests),
and functions whose variant over `timestamp with time zone` depends on the session's time zone.
"""

NOT_IMMUTABLE_WORDS = frozenset({
    "current_timestamp", "current_date", "current_time", "localtimestamp", "localtime", "current_user", "session_user",
    "current_role", "current_catalog", "current_schema", "user",
})  # fmt: skip

NOT_IMMUTABLE_CALLS = frozenset({
    "now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday", "random", "random_normal",
    "gen_random_uuid", "nextval", "currval", "lastval", "setval", "setseed", "current_setting", "set_config",
    "pg_backend_pid", "txid_current", "pg_current_xact_id", "inet_client_addr", "inet_server_addr", "current_database",
    "current_schemas", "to_char", "to_date", "concat", "concat_ws", "format", "array_to_string",
    "uuid_generate_v1", "uuid_generate_v4", "unaccent",
})  # fmt: skip

ZONE_DEPENDENT_CALLS = frozenset(
    {"date_trunc", "date_part", "extract", "date", "to_char", "timezone", "timestamp", "time"}
)
