"""What this machine and one PostgreSQL server allow, each with the command that changes it. Reads settings only."""

import msgspec
import psycopg

from advisor.engines.postgres import servers
from advisor.engines.postgres.connect import connect

LOG_SETTINGS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("log_min_duration_statement", ("0",), "0", "which statements run, and for how long; N+1 loops need every one"),
    ("log_min_duration_sample", ("-1",), "-1", "exact counts: a sample hides most of a loop"),
    ("log_parameter_max_length", ("-1",), "-1", "distinct parameter values, which tell an N+1 from a duplicate"),
    ("log_duration", ("off",), "off", "nothing is lost, but each statement is then logged twice"),
    ("track_io_timing", ("on",), "on", "I/O time in plans"),
    ("compute_query_id", ("on", "auto"), "auto", "query ids in csv and json logs"),
)
"""(setting, values that are fine, value to set, what a conclusion needs it for)."""

_SETTINGS = "/* advisor */ SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"
_EXTENSIONS = "/* advisor */ SELECT name, installed_version FROM pg_available_extensions WHERE name = ANY(%s)"
_ROLE = (
    "/* advisor */ SELECT current_setting('server_version'), pg_has_role('pg_read_all_stats', 'MEMBER'), current_user"
)
_STALE = (
    "/* advisor */ SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'm') AND c.reltuples < 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
)


class Check(msgspec.Struct, frozen=True):
    """One fact: `state` is `ok`, `warn` or `missing`; `fix` is what to run, `` when nothing has to be done."""

    state: str
    fact: str
    fix: str = ""


def machine_checks() -> list[Check]:
    """Which servers the statistics twin can be built on here."""
    found = [*servers.embedded(), *servers.local()]
    if not found:
        return [Check("missing", "no PostgreSQL server for the statistics twin", servers.INSTALL_HINT)]
    return [Check("ok", f"{installation.label} can carry the statistics twin") for installation in found]


def server_checks(dsn: str) -> list[Check]:
    """What that server's settings, extensions and our role's rights allow. Raises ConnectionFailed."""
    with connect(dsn) as connection:
        return [*_role_checks(connection), *_log_checks(connection), *_extension_checks(connection)]


def _role_checks(connection: "psycopg.Connection[tuple[object, ...]]") -> list[Check]:
    version, may_read, role = connection.execute(_ROLE).fetchone() or ("", False, "")
    checks = [Check("ok", f"PostgreSQL {version}")]
    if may_read:
        checks.append(Check("ok", f"role {role} reads all statistics"))
    else:
        fix = f'GRANT pg_read_all_stats, pg_read_all_data TO "{role}";'
        checks.append(Check("warn", f"role {role} does not see every table's statistics", fix))
    never = (connection.execute(_STALE).fetchone() or (0,))[0]
    if never:
        checks.append(Check("warn", f"{never} tables were never analysed: their costs are guesses", "ANALYZE;"))
    return checks


def _log_checks(connection: "psycopg.Connection[tuple[object, ...]]") -> list[Check]:
    rows = connection.execute(_SETTINGS, ([name for name, *_ in LOG_SETTINGS],)).fetchall()
    values = {str(name): str(value) for name, value in rows}
    checks = []
    for name, good, wanted, why in LOG_SETTINGS:
        if name not in values:
            continue
        if values[name] in good:
            checks.append(Check("ok", f"{name} = {values[name]}"))
        else:
            fix = f"ALTER SYSTEM SET {name} = '{wanted}'; SELECT pg_reload_conf();"
            checks.append(Check("warn", f"{name} = {values[name]}: hides {why}", fix))
    return checks


def _extension_checks(connection: "psycopg.Connection[tuple[object, ...]]") -> list[Check]:
    rows = connection.execute(_EXTENSIONS, (["pg_stat_statements", "pageinspect"],)).fetchall()
    installed = {str(name): version for name, version in rows}
    checks = []
    for name, why in (("pg_stat_statements", "totals of every statement"), ("pageinspect", "exact B-tree heights")):
        if installed.get(name):
            checks.append(Check("ok", f"{name} {installed[name]}: {why}"))
        elif name in installed:
            checks.append(Check("warn", f"{name} is not created: {why}", f"CREATE EXTENSION {name};"))
        else:
            checks.append(Check("warn", f"{name} is not available on this server: {why}"))
    return checks
