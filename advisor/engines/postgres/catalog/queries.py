"""The constant queries behind `catalog.load_catalog`: a handful, each for the whole database at once, PostgreSQL 13 to 18.

They read system catalogues only and never touch a user's table. Columns that newer versions added come through
`to_jsonb(row) ->> 'name'`, which is null where the column does not exist.
"""

from typing import LiteralString

SERVER = """/* advisor */
SELECT current_setting('server_version_num')::int AS server_version, current_database() AS database,
       current_schemas(false)::text[] AS search_path, current_user::text AS role,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
       s.stats_reset::text AS stats_reset, d.datcollate::text AS lc_collate,
       coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') AS provider,
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', '') AS locale
FROM pg_database d LEFT JOIN pg_stat_database s ON s.datid = d.oid
WHERE d.datname = current_database()
"""

SETTINGS = """/* advisor */
SELECT name, current_setting(name) AS value
FROM pg_settings
WHERE (category LIKE 'Query Tuning%%' OR name = ANY(%s)) AND setting IS DISTINCT FROM boot_val
ORDER BY name
"""

OTHER_PLANNER_SETTINGS = [
    "DateStyle",
    "IntervalStyle",
    "TimeZone",
    "default_text_search_config",
    "hash_mem_multiplier",
    "max_parallel_workers",
    "max_parallel_workers_per_gather",
    "work_mem",
]

EXTENSIONS = """/* advisor */
SELECT e.extname::text AS name, n.nspname::text AS schema
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1
"""

SCHEMAS = """/* advisor */
SELECT nspname::text AS name, format('CREATE SCHEMA IF NOT EXISTS %I', nspname) AS definition
FROM pg_namespace
WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public') ORDER BY 1
"""

TYPES = """/* advisor */
SELECT t.oid, CASE t.typtype
  WHEN 'e' THEN format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
    (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid))
  WHEN 'd' THEN format('CREATE DOMAIN %I.%I AS %s%s%s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod),
    CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END,
    (SELECT string_agg(format(' CONSTRAINT %I %s', conname, pg_get_constraintdef(k.oid)), '' ORDER BY conname)
     FROM pg_constraint k WHERE contypid = t.oid AND contype = 'c'))
  WHEN 'r' THEN (SELECT format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s)', n.nspname, t.typname,
    format_type(rngsubtype, NULL)) FROM pg_range WHERE rngtypid = t.oid)
  ELSE format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,
    (SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)
     FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped))
  END AS definition
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c'))
  AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.deptype = 'e' AND (d.classid, d.objid) IN (('pg_type'::regclass, t.oid), ('pg_class'::regclass, t.typrelid)))
ORDER BY t.oid
"""

COLLATIONS = """/* advisor */
SELECT format('CREATE COLLATION %I.%I (%s, DETERMINISTIC = %s)', n.nspname, c.collname,
  CASE c.collprovider
    WHEN 'i' THEN format('PROVIDER = icu, LOCALE = %L',
                         coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate))
    ELSE format('LC_COLLATE = %L, LC_CTYPE = %L', c.collcollate, c.collctype) END,
  c.collisdeterministic) AS definition
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY c.oid
"""

# Functions that an index, a constraint, a generated column, a policy or a view depends on; nothing else is recreated.
FUNCTIONS = """/* advisor */
SELECT p.oid, pg_get_functiondef(p.oid) AS definition
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND p.prokind = 'f'
  AND l.lanname IN ('sql', 'plpgsql')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  AND EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
    AND d.classid IN ('pg_class'::regclass, 'pg_constraint'::regclass, 'pg_attrdef'::regclass, 'pg_policy'::regclass,
                      'pg_rewrite'::regclass, 'pg_statistic_ext'::regclass, 'pg_proc'::regclass))
ORDER BY p.oid
"""

RELATIONS = """/* advisor */
SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
       c.relpersistence::text AS persistence, c.relpages AS pages, c.reltuples AS rows, c.relallvisible AS all_visible,
       coalesce((SELECT option_value::int FROM pg_options_to_table(c.reloptions) WHERE option_name = 'fillfactor'), 100)
         AS fillfactor,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) ELSE '' END AS partition_key,
       coalesce(pg_get_expr(c.relpartbound, c.oid), '') AS partition_bound, c.relispartition AS is_partition,
       c.relrowsecurity AS row_security,
       c.relrowsecurity AND row_security_active(c.oid) AS hidden_by_policy,
       (SELECT json_agg(json_build_array(pn.nspname, pc.relname) ORDER BY i.inhseqno)
        FROM pg_inherits i JOIN pg_class pc ON pc.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = pc.relnamespace
        WHERE i.inhrelid = c.oid) AS parents,
       pg_stat_get_tuples_inserted(c.oid) AS inserted, pg_stat_get_tuples_updated(c.oid) AS updated,
       pg_stat_get_tuples_hot_updated(c.oid) AS hot_updated, pg_stat_get_tuples_deleted(c.oid) AS deleted,
       pg_stat_get_numscans(c.oid) AS seq_scans, pg_stat_get_mod_since_analyze(c.oid) AS modified_since_analyze,
       greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))::text AS last_analyze
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'
  AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 2, 3
"""

# The planner looks at the files, not at `relpages`.
SIZES = """/* advisor */
SELECT oid, (pg_relation_size(oid) / current_setting('block_size')::int)::int AS pages
FROM pg_class WHERE oid = ANY(%s) AND relkind IN ('r', 'm', 'i')
"""

COLUMNS = """/* advisor */
SELECT a.attrelid AS oid, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null,
       CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation THEN format('%%I.%%I', cn.nspname, co.collname) ELSE '' END AS collation,
       CASE WHEN a.attgenerated <> '' THEN coalesce(pg_get_expr(d.adbin, d.adrelid), '') ELSE '' END AS generated,
       a.attgenerated::text AS generation, nullif(a.attstattarget, -1)::int AS statistics_target,
       has_column_privilege(a.attrelid, a.attnum, 'select') AS readable
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation co ON co.oid = a.attcollation LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
WHERE a.attrelid = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum
"""

CONSTRAINTS = """/* advisor */
SELECT k.conrelid AS oid, k.conname::text AS name, k.contype::text AS kind, pg_get_constraintdef(k.oid) AS definition,
       k.convalidated AS validated, fn.nspname::text AS references_schema, fc.relname::text AS references_table,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, pos)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY pos) AS columns,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(num, pos)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY pos) AS referenced_columns
FROM pg_constraint k
LEFT JOIN pg_class fc ON fc.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = fc.relnamespace
WHERE k.conrelid = ANY(%s) AND k.contype IN ('p', 'u', 'f', 'c', 'x') ORDER BY k.conrelid, k.conname
"""

# Runs under the user's own search_path, so that expressions read as the application writes them.
INDEXES = """/* advisor */
SELECT i.indexrelid AS oid, i.indrelid AS table_oid, c.relname::text AS name, m.amname::text AS method,
       i.indisunique AS unique, i.indisprimary AS primary, i.indisvalid AS valid, i.indisreplident AS replica_identity,
       c.relpages AS pages, c.reltuples AS rows, pg_get_indexdef(i.indexrelid) AS definition,
       coalesce(pg_get_expr(i.indpred, i.indrelid, true), '') AS predicate, i.indnkeyatts AS key_count,
       EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) AS constraint,
       pg_stat_get_numscans(i.indexrelid) AS scans, to_jsonb(s) ->> 'last_idx_scan' AS last_scan,
       (SELECT pc.relname::text FROM pg_inherits h JOIN pg_class pc ON pc.oid = h.inhparent
        WHERE h.inhrelid = i.indexrelid) AS parent,
       (SELECT json_agg(json_build_object(
           'column', a.attname, 'expression', CASE WHEN i.indkey[k - 1] = 0 THEN pg_get_indexdef(i.indexrelid, k, true) END,
           'attribute', ia.attname, 'option', i.indoption[k - 1],
           'opclass', CASE WHEN coalesce(o.opcdefault, true) THEN '' WHEN pg_opclass_is_visible(o.oid) THEN quote_ident(o.opcname)
                           ELSE format('%%I.%%I', n.nspname, o.opcname) END,
           'collation', CASE WHEN ia.attcollation <> 0 AND ia.attcollation <> coalesce(a.attcollation, t.typcollation)
                             THEN format('%%I.%%I', cn.nspname, co.collname) ELSE '' END) ORDER BY k)
        FROM generate_series(1, i.indnatts) k
        JOIN pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k
        JOIN pg_type t ON t.oid = ia.atttypid
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1]
        LEFT JOIN pg_opclass o ON o.oid = i.indclass[k - 1] LEFT JOIN pg_namespace n ON n.oid = o.opcnamespace
        LEFT JOIN pg_collation co ON co.oid = ia.attcollation LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace) AS keys
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = i.indexrelid
WHERE i.indrelid = ANY(%s) AND i.indislive ORDER BY i.indrelid, c.relname
"""

PAGEINSPECT = """/* advisor */
SELECT n.nspname::text AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pageinspect'
"""

HEIGHTS = """/* advisor */
SELECT c.oid::bigint, ({metapage}(c.oid::regclass::text)).level::int
FROM pg_class c JOIN pg_am m ON m.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'i' AND m.amname = 'btree' AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\\_%'
"""

# One text form for every version: `range_*` columns exist from 17 on.
STATISTICS = """/* advisor */
SELECT schemaname::text AS schema, tablename::text AS table, attname::text AS column, inherited, null_frac, avg_width,
       n_distinct, correlation
FROM pg_stats WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname <> 'information_schema'
"""
_VALUES = """/* advisor */
SELECT schemaname::text AS schema, tablename::text AS table, attname::text AS column, inherited, null_frac, avg_width,
       n_distinct, correlation, most_common_vals::text, most_common_freqs, histogram_bounds::text,
       most_common_elems::text, most_common_elem_freqs, elem_count_histogram"""
_VALUES_17 = """,
       range_length_histogram::text, range_empty_frac, range_bounds_histogram::text"""
_FROM = """
FROM pg_stats WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname <> 'information_schema'
"""


def statistics(server_version: int, values: bool) -> LiteralString:
    """The query for all of `pg_stats`, with data values or without them."""
    if not values:
        return STATISTICS
    return _VALUES + (_VALUES_17 if server_version >= 170000 else "") + _FROM


VIEWS = """/* advisor */
SELECT n.nspname::text AS schema, c.relname::text AS name,
       format('CREATE VIEW %I.%I%s AS %s', n.nspname, c.relname,
              coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', ''), pg_get_viewdef(c.oid)) AS definition
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v' AND c.relpersistence <> 't'
  AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.oid
"""

EXTENDED_STATISTICS = """/* advisor */
SELECT pg_get_statisticsobjdef(s.oid) AS definition
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1
"""

POLICIES = """/* advisor */
SELECT p.polrelid AS oid, format('CREATE POLICY %%I ON %%I.%%I AS %%s FOR %%s TO %%s%%s%%s', p.polname, n.nspname, c.relname,
  CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
  CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
  coalesce((SELECT string_agg(quote_ident(rolname), ', ' ORDER BY rolname) FROM pg_roles WHERE oid = ANY(p.polroles)), 'PUBLIC'),
  ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
  ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') AS definition
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE p.polrelid = ANY(%s) ORDER BY p.polrelid, p.polname
"""
