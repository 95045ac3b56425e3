"""PostgreSQL server logs: three spellings (stderr, csvlog, jsonlog) of one stream of entries, put together in `executions`."""
