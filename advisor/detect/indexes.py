"""Health of the indexes that exist, from the catalogue alone: IDX101 to IDX106. Each function states facts, the rule the why."""

from collections.abc import Callable, Iterator, Sequence

from advisor.engines.postgres import render
from advisor.engines.postgres.candidates.existing import plain
from advisor.model.catalog import Catalog, Constraint, Index, Table
from advisor.model.finding import Finding
from advisor.model.index import IndexSpec
from advisor.rules import RuleSet

BLOCK = 8192
Check = Callable[[Catalog, RuleSet], Iterator[Finding]]


def index_findings(catalog: Catalog, rules: RuleSet) -> list[Finding]:
    """Every finding of every check, sorted by rule and subject."""
    found = [finding for rule, check in CHECKS.items() if rule in rules for finding in check(catalog, rules)]
    return sorted(found, key=lambda finding: (finding.rule, finding.subject, finding.message))


def unindexed_foreign_keys(catalog: Catalog) -> Iterator[tuple[Table, Constraint]]:
    """Foreign keys whose columns lead no index of their table, in any order.

    A partial index counts only when its predicate is `<key column> IS NOT NULL`: the check of a parent row never looks for
    NULL. Partitions are left out, their parent speaks for them.
    """
    for table in catalog.tables:
        if table.partition_of or table.kind not in ("r", "p"):
            continue
        specs = [index.spec for index in table.indexes if index.valid]
        for constraint in table.constraints:
            if constraint.kind == "f" and not any(_leads(spec, constraint.columns) for spec in specs):
                yield table, constraint


def _leads(spec: IndexSpec, columns: Sequence[str]) -> bool:
    first = spec.keys[: len(columns)]
    if spec.method not in ("btree", "hash") or {key.column for key in first} != set(columns):
        return False
    return not spec.predicate or plain(spec.predicate) in {
        plain(f"{render.quote_ident(c)} IS NOT NULL") for c in columns
    }


def _unindexed(catalog: Catalog, rules: RuleSet) -> Iterator[Finding]:
    for table, constraint in unindexed_foreign_keys(catalog):
        if table.pages < rules.threshold("IDX101", "pages") and table.rows >= 0:
            continue
        parent = render.qualified(*constraint.references) if constraint.references else "its parent"
        columns = ", ".join(render.quote_ident(column) for column in constraint.columns)
        reads = f"all {table.rows:,.0f} rows of" if table.rows > 0 else "the whole of"
        message = (
            f"foreign key {constraint.name} on {_name(table)} ({columns}) has no index: deleting a row of {parent} "
            f"reads {reads} {table.name}"
        )
        yield rules.finding("IDX101", message, subject=_name(table), database=catalog.database)


def _duplicates(catalog: Catalog, rules: RuleSet) -> Iterator[Finding]:
    for table in catalog.tables:
        for kept, spare in _pairs(table, lambda one, two: _form(one) == _form(two)):
            message = f"{spare.name} is the same index as {kept.name} on {_name(table)} ({_size(spare)})"
            yield rules.finding("IDX102", message, subject=_index(table, spare), database=catalog.database)


def _prefixes(catalog: Catalog, rules: RuleSet) -> Iterator[Finding]:
    def leads(longer: Index, shorter: Index) -> bool:
        one, two = _form(longer), _form(shorter)
        included = set(shorter.spec.include) <= {k.column for k in longer.spec.keys} | set(longer.spec.include)
        return one != two and one[1:] == two[1:] and one[0][: len(two[0])] == two[0] and included

    for table in catalog.tables:
        seen = set()
        for longer, shorter in _pairs(table, leads):
            if shorter.name not in seen:
                seen.add(shorter.name)
                message = f"{longer.name} begins with all of {shorter.name} on {_name(table)} ({_size(shorter)})"
                yield rules.finding("IDX103", message, subject=_index(table, shorter), database=catalog.database)


def _pairs(table: Table, same: Callable[[Index, Index], bool]) -> Iterator[tuple[Index, Index]]:
    """(index to keep, index that could go). What backs a constraint, is unique or a replica identity never goes."""
    for spare in table.indexes:
        if spare.constraint or spare.primary or spare.spec.unique or spare.replica_identity or spare.parent:
            continue
        for kept in table.indexes:
            if (
                kept is not spare
                and kept.valid
                and spare.valid
                and same(kept, spare)
                and not _mirrored(kept, spare, same)
            ):
                yield kept, spare


def _mirrored(kept: Index, spare: Index, same: Callable[[Index, Index], bool]) -> bool:
    """Of two that could each replace the other, the one whose name sorts first stays, so that only one is reported."""
    replaceable = not (kept.constraint or kept.primary or kept.spec.unique or kept.replica_identity)
    return replaceable and same(spare, kept) and spare.name < kept.name


def _form(index: Index) -> tuple[tuple[tuple[object, ...], ...], str, str]:
    spec = index.spec
    keys = tuple(
        (plain(k.column or k.expression), k.descending, k.nulls_are_first, k.opclass, k.collation) for k in spec.keys
    )
    return keys, spec.method, plain(spec.predicate)


def _invalid(catalog: Catalog, rules: RuleSet) -> Iterator[Finding]:
    for table in catalog.tables:
        for index in table.indexes:
            if not index.valid and table.kind != "p":
                message = f"{index.name} on {_name(table)} is invalid: every write maintains it, no query may use it"
                yield rules.finding("IDX104", message, subject=_index(table, index), database=catalog.database)


def _never_analysed(catalog: Catalog, rules: RuleSet) -> Iterator[Finding]:
    if catalog.statistics == "none":
        return
    for table in catalog.tables:
        if table.kind in ("r", "m") and table.rows < 0 and table.pages >= rules.threshold("IDX105", "pages"):
            message = f"{_name(table)} has {table.pages:,} pages and was never analysed: the planner guesses"
            yield rules.finding("IDX105", message, subject=_name(table), database=catalog.database)


def _unused(catalog: Catalog, rules: RuleSet) -> Iterator[Finding]:
    """The window is measured by how often the table was read since the counters were reset, not by the clock."""
    for table in catalog.tables:
        reads = table.writes.seq_scans + table.writes.index_scans if table.writes else 0
        if reads < rules.threshold("IDX106", "table_scans"):
            continue
        for index in table.indexes:
            if index.scans != 0 or not index.valid or _has_a_duty(table, index):
                continue
            if index.pages < rules.threshold("IDX106", "pages"):
                continue
            message = f"{index.name} on {_name(table)} ({_size(index)}) served none of {reads:,} scans of its table"
            yield rules.finding("IDX106", message, subject=_index(table, index), database=catalog.database)


def _has_a_duty(table: Table, index: Index) -> bool:
    """Backs a constraint, replication, a partitioned index or a foreign key, whether or not it is scanned."""
    keys = [constraint.columns for constraint in table.constraints if constraint.kind == "f"]
    bound = index.constraint or index.primary or index.spec.unique or index.replica_identity or bool(index.parent)
    return bound or any(_leads(index.spec, columns) for columns in keys)


def _name(table: Table) -> str:
    return render.qualified(table.schema, table.name)


def _index(table: Table, index: Index) -> str:
    return render.qualified(table.schema, index.name)


def _size(index: Index) -> str:
    size = index.pages * BLOCK
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{size // 1024} kB"


CHECKS: dict[str, Check] = {
    "IDX101": _unindexed,
    "IDX102": _duplicates,
    "IDX103": _prefixes,
    "IDX104": _invalid,
    "IDX105": _never_analysed,
    "IDX106": _unused,
}
