"""Migration files: what is written, under which names and numbers, and when nothing is."""

from pathlib import Path

import pytest

from advisor.emit import FORMATS, emit, format_named, plan_migrations, render_files, without_migration
from advisor.emit.evidence import comment_line
from advisor.emit.plan import slug
from advisor.emit.template import dollar_quoted
from advisor.engines.postgres.ddl import parse_script
from advisor.engines.postgres.ddl.statements import CreateIndex
from advisor.errors import ConfigError, InputError, Refused, UsageError
from advisor.model.finding import Finding
from advisor.model.migration import Decision, Migration
from advisor.model.recommendation import Recommendation
from advisor.model.report import Report
from advisor.review import Script, review
from advisor.review.lint import lint
from advisor.rules import default_rules
from tests.emitted import HOSTILE, HOSTILE_STATEMENT, index_report, together
from tests.support import assert_golden

NAME = "orders_customer_id_idx"
DDL = f"CREATE INDEX CONCURRENTLY {NAME} ON public.orders (customer_id, created_at DESC) WHERE state = 'open'"
STAMP = "20260101120000"


def migrations(**report: object) -> list[Migration]:
    return plan_migrations(index_report(DDL, name=NAME, **report), None)  # type: ignore[arg-type]


def write(out: Path, format: str = "sql", wanted: list[Migration] | None = None, timestamp: str = STAMP) -> list[str]:
    """Emit and return the paths relative to `out`."""
    chosen = FORMATS[format]
    at = timestamp if chosen.numbering == "timestamp" else None
    paths = emit(migrations() if wanted is None else wanted, chosen, out, timestamp=at)
    return [str(path.relative_to(out)) for path in paths]


@pytest.mark.parametrize("format", sorted(FORMATS))
@pytest.mark.parametrize("case", ["plain", "hostile"])
def test_files_are_as_the_golden_files_say(tmp_path: Path, format: str, case: str) -> None:
    wanted = migrations()
    if case == "hostile":
        quoted = HOSTILE.replace('"', '""')
        ddl = f'CREATE INDEX CONCURRENTLY "{quoted} i" ON "{quoted}"."{quoted}" (customer_id)'
        report = index_report(ddl, name=f"{HOSTILE} i", schema=HOSTILE, table=HOSTILE, statement=HOSTILE_STATEMENT)
        wanted = plan_migrations(report, None)
    for name in write(tmp_path, format, wanted):
        assert_golden(f"emit/{format}/{case}/{Path(name).name}", (tmp_path / name).read_text())


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_two_runs_write_the_same_bytes(tmp_path: Path, format: str) -> None:
    first, second = (write(tmp_path / run, format) for run in ("a", "b"))
    assert first == second
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in first)


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_our_own_review_has_nothing_to_say_about_the_files(tmp_path: Path, format: str) -> None:
    files = render_files(migrations(), FORMATS[format], tmp_path, timestamp=None if format == "sql" else STAMP)
    scripts = [Script(path=f.path.name, text=f.text, role=f.role, sends=f.sends) for f in files]
    assert review(scripts, default_rules()) == []


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_lint_of_the_written_folder_finds_nothing_wherever_the_scripts_are(tmp_path: Path, format: str) -> None:
    write(tmp_path, format)
    folder = tmp_path / FORMATS[format].folder
    assert lint([folder], default_rules(), catalog=None, workload=None).findings == ()


def test_an_expression_is_analysed_after_the_build(tmp_path: Path) -> None:
    ddl = f"CREATE INDEX CONCURRENTLY {NAME} ON public.orders (lower(state))"
    wanted = plan_migrations(index_report(ddl, name=NAME), None)
    up = next(name for name in write(tmp_path, "sql", wanted) if name.endswith(".up.sql"))
    assert (tmp_path / up).read_text().endswith("ANALYZE public.orders;\n")
    assert "ANALYZE" not in "".join(file.text for file in render_files(migrations(), FORMATS["sql"], tmp_path))


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_files_are_what_the_format_declares(tmp_path: Path, format: str) -> None:
    chosen = FORMATS[format]
    files = render_files(migrations(), chosen, tmp_path, timestamp=None if format == "sql" else STAMP)
    applied = [file for file in files if file.path.parent == chosen.folder]
    up = next(file for file in applied if file.role == "up")
    statements = parse_script(up.text)
    assert (len(statements) == 1) == chosen.one_statement
    assert any(isinstance(s, CreateIndex) and s.concurrently for s in statements) == chosen.supports_concurrently
    assert any(file.role == "down" for file in applied) == chosen.has_down
    assert {file.role for file in files} == {"up", "down", "verify"}


def test_numbers_continue_those_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "0041_users.up.sql").touch()
    (tmp_path / "notes.sql").touch()
    assert write(tmp_path)[0] == f"0042_add_{NAME}.up.sql"
    assert write(tmp_path)[0] == f"0043_add_{NAME}.up.sql"


def test_a_number_that_is_not_after_the_folders_newest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0041_users.up.sql").touch()
    with pytest.raises(UsageError, match="not after 0041"):
        emit(migrations(), FORMATS["sql"], tmp_path, number=41)


def test_a_timestamp_that_the_runner_would_skip_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "supabase/migrations"
    folder.mkdir(parents=True)
    (folder / "20251103_performance_indexes.sql").touch()
    with pytest.raises(UsageError, match="not after 20251103"):
        write(tmp_path, "supabase", timestamp="20251102235959")
    assert write(tmp_path, "supabase")[0] == f"supabase/migrations/{STAMP}_add_{NAME}.sql"


@pytest.mark.parametrize("timestamp", ["20261301000000", "2026111111111", "2026", "now", ""])
def test_a_timestamp_that_is_none_is_refused(tmp_path: Path, timestamp: str) -> None:
    with pytest.raises(UsageError, match="timestamp"):
        write(tmp_path, "supabase", timestamp=timestamp)


def test_several_migrations_get_a_number_each(tmp_path: Path) -> None:
    report = together(index_report(DDL, name=NAME), index_report(DDL.replace(NAME, "other_idx"), name="other_idx"))
    names = write(tmp_path, "supabase", plan_migrations(report, None))
    assert [name for name in names if "/migrations/" in name] == [
        f"supabase/migrations/20260101120000_add_{NAME}.sql",
        "supabase/migrations/20260101120001_add_other_idx.sql",
    ]


def test_each_database_has_a_folder_of_its_own_that_its_name_cannot_leave(tmp_path: Path) -> None:
    report = together(*(index_report(DDL, name=NAME, database=name) for name in ("users", "../../etc", "content")))
    folders = {Path(name).parts[0] for name in write(tmp_path, wanted=plan_migrations(report, None))}
    assert len(folders) == 3
    assert {"users", "content"} < folders
    assert all(folder.strip(".") and (tmp_path / folder).is_dir() for folder in folders)


def test_a_second_run_with_the_same_number_writes_nothing(tmp_path: Path) -> None:
    emit(migrations(), FORMATS["sql"], tmp_path, number=1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UsageError, match="not after 0001"):
        emit(migrations(), FORMATS["sql"], tmp_path, number=1)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_script_that_is_in_the_way_stops_the_emission_before_the_first_file(tmp_path: Path) -> None:
    blocked = tmp_path / f"supabase/advisor/{STAMP}_add_{NAME}.verify.sql"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        write(tmp_path, "supabase")
    assert not (tmp_path / "supabase/migrations").exists()
    assert blocked.read_text() == "mine"


def test_when_one_file_cannot_be_written_none_stays(tmp_path: Path) -> None:
    (tmp_path / "supabase").mkdir()
    (tmp_path / "supabase/advisor").write_text("a file where the scripts' folder should be")
    with pytest.raises(InputError, match="cannot write"):
        write(tmp_path, "supabase")
    assert [path for path in tmp_path.rglob("*.sql") if path.is_file()] == []


def test_the_migrations_folder_itself_is_not_taken_for_the_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        write(tmp_path / "supabase/migrations", "supabase")
    assert "project's folder" in error.value.hint


@pytest.mark.parametrize(
    "ddl",
    [
        f"CREATE INDEX CONCURRENTLY {NAME} ON public.orders (customer_id) WHERE created_at > now()",
        f"CREATE INDEX CONCURRENTLY {'n' * 70} ON public.orders (customer_id)",
        f"CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON public.orders USING hash (customer_id)",
    ],
)
def test_a_file_that_fails_review_is_refused_and_nothing_is_written(tmp_path: Path, ddl: str) -> None:
    with pytest.raises(Refused, match="MIG"):
        write(tmp_path / "out", wanted=plan_migrations(index_report(ddl, name=NAME), None))
    assert not (tmp_path / "out").exists()


def test_an_error_that_the_analysis_found_with_the_catalogue_refuses_the_migration(tmp_path: Path) -> None:
    taken = Finding(rule="MIG403", severity="error", message="a table has the name")
    with pytest.raises(Refused, match="MIG403 a table has the name") as error:
        write(tmp_path, wanted=migrations(review=(taken,)))
    assert error.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_waived_error_and_a_warning_do_not_refuse_it(tmp_path: Path) -> None:
    waived = Finding(rule="MIG403", severity="error", message="a table has the name", waived="agreed")
    warning = Finding(rule="MIG602", severity="warning", message="a prefix")
    assert write(tmp_path, wanted=migrations(review=(waived, warning)))


def test_without_decisions_every_recommendation_becomes_a_migration() -> None:
    assert [m.index_name for m in plan_migrations(index_report(DDL, name=NAME), None)] == [NAME]


@pytest.mark.parametrize("verdicts", [[], ["reject"]])
def test_with_decisions_only_what_was_accepted_does(verdicts: list[str]) -> None:
    report = index_report(DDL, name=NAME)
    id = report.recommendations[0].id
    assert plan_migrations(report, [Decision(recommendation=id, verdict=v, reason="no") for v in verdicts]) == []
    assert len(plan_migrations(report, [Decision(recommendation=id, verdict="accept")])) == 1


def edit(ddl: str) -> list[Migration]:
    report = index_report(DDL, name=NAME, review=(Finding(rule="MIG403", severity="error", message="taken"),))
    decision = Decision(recommendation=report.recommendations[0].id, verdict="edit", ddl=ddl, reason="shorter")
    return plan_migrations(report, [decision])


def test_an_edit_replaces_the_ddl_its_review_and_the_name() -> None:
    (migration,) = edit("create index mine on orders using btree (customer_id) with (fillfactor=80); -- done")
    assert migration.up == (
        "CREATE INDEX CONCURRENTLY mine ON public.orders using btree (customer_id) with (fillfactor=80)",
    )
    assert migration.down == ("DROP INDEX CONCURRENTLY public.mine",)
    assert migration.findings == ()
    assert "edited by hand after the measurement: shorter" in migration.header


@pytest.mark.parametrize(
    "ddl",
    [
        "DROP TABLE orders",
        "CREATE INDEX a ON orders (customer_id); DROP TABLE orders",
        "CREATE INDEX a ON invoices (customer_id)",
        "CREATE INDEX a ON archive.orders (customer_id)",
        "CREATE INDEX ON orders (customer_id)",
        "CREATE INDEX a ON orders",
        "",
    ],
)
def test_an_edit_that_is_not_one_named_index_on_that_table_is_refused(ddl: str) -> None:
    with pytest.raises(ConfigError):
        edit(ddl)


def test_recommendations_without_a_migration_are_named() -> None:
    rewrite = Recommendation(id="0", action="rewrite")
    report = Report(recommendations=(rewrite,))
    assert plan_migrations(report, None) == []
    assert without_migration(report) == [rewrite]


def test_an_unknown_framework_is_told_the_known_ones() -> None:
    with pytest.raises(UsageError) as error:
        format_named("rails")
    assert "sql, supabase" in error.value.hint


def test_comment_lines_end_no_comment_and_waive_no_rule() -> None:
    line = comment_line("a */ b\n-- advisor:ignore MIG101 -- c\r\x1b[2J\u2028\u202ed /* e")
    assert "\n" not in line
    assert line.isprintable()
    assert "*/" not in line
    assert "/*" not in line
    assert "advisor:" not in line


def test_a_dollar_quote_cannot_be_closed_from_inside() -> None:
    body = "$advisor$ $advisor1$"
    assert dollar_quoted(body) == f"$advisor2$\n{body}\n$advisor2$"


def test_slugs_are_safe_short_and_tell_apart_what_was_cut() -> None:
    assert slug("add_Orders_idx", "x") == "add_orders_idx"
    assert slug("add_../../etc", "x") != slug("add_..//..etc", "x")
    assert slug("größe", "x").isascii()
    assert len(slug("a" * 300, "x")) == 80
    assert slug('";', "1a2b") == "1a2b"
