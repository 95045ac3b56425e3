"""How large an index will be: pages and height of a B-tree as the server's own bulk build makes it, others roughly.

Pure arithmetic over row counts and widths; constants are PostgreSQL's (nbtree.h, nbtsort.c, nbtdedup.c). Checked
against real builds in `tests/live/test_twin_sizes.py`, which states the error.
"""

import math
from collections.abc import Sequence

import msgspec

PAGE = 8192
PAGE_SPACE = PAGE - 24 - 16
"""Without page header and the B-tree's own 16 bytes."""
LINE_POINTER = 4
TUPLE_HEADER = 8
NULL_BITMAP_HEADER = 16
"""Header and null bitmap of a tuple with a null key, aligned."""
LEAF_FILLFACTOR, INNER_FILLFACTOR = 90, 70
POSTING_LIMIT = (PAGE // 10 // 8) * 8 - LINE_POINTER
"""Largest posting list tuple that deduplication makes while building: a tenth of a page."""
HEAP_POINTER = 6
WIDELY_SPREAD = 16
"""Average bytes from which the lengths of variable values are taken to vary by a word or more."""
HEAP_HEADER = 24
ALIGNMENT = {"c": 1, "s": 2, "i": 4, "d": 8}


class Field(msgspec.Struct, frozen=True):
    """One stored column: average width in bytes, `pg_attribute.attlen` (-1 = variable) and `attalign`, share of nulls."""

    width: float
    length: int = -1
    align: str = "i"
    nulls: float = 0.0


class TreeSize(msgspec.Struct, frozen=True):
    """Pages of the whole B-tree and its height (0 = the root is a leaf)."""

    pages: int
    level: int


def aligned(size: float, to: int = 8) -> int:
    """`size` rounded up to a multiple of `to`."""
    return math.ceil(size / to) * to


def tuple_bytes(fields: Sequence[Field]) -> float:
    """Average index tuple, header included, line pointer not. Short variable values are stored unaligned."""
    size = float(TUPLE_HEADER)
    for field in fields:
        if field.length > 0:
            size = aligned(size, ALIGNMENT.get(field.align, 4)) + field.length
        elif field.width > 127:
            size = aligned(size, ALIGNMENT.get(field.align, 4)) + field.width
        else:
            size += field.width
    # Long variable values differ in length: rounding each up to 8 adds 3.5 bytes in the mean. Short ones are alike.
    variable = sum(field.width for field in fields if field.length < 0)
    full = size + 3.5 if variable >= WIDELY_SPREAD else aligned(size)
    any_null = 1 - math.prod(1 - field.nulls for field in fields)
    present = size - TUPLE_HEADER - sum(field.width * field.nulls for field in fields) / max(any_null, 1e-9)
    with_null = aligned(NULL_BITMAP_HEADER + max(0.0, present))
    return full * (1 - any_null) + with_null * any_null


def btree(
    rows: float, fields: Sequence[Field], groups: Sequence[tuple[float, float]] = (), fillfactor: int = 90
) -> TreeSize:
    """Size of a B-tree over `rows` tuples.

    `groups` describes duplicates when the server would deduplicate them: (how many distinct keys, rows of each).
    """
    size = tuple_bytes(fields)
    items, total = _posting(size, groups) if groups else (rows, rows * (size + LINE_POINTER))
    item = total / items if items else size + LINE_POINTER
    # A leaf is finished once less than (100 - fillfactor) % of it is free, not counting what truncating the last item
    # to a high key gives back; that item then opens the next leaf.
    kept_free = max(0.0, PAGE * (100 - fillfactor) / 100 - max(0.0, item - size - LINE_POINTER))
    per_leaf = max(1.0, min(math.ceil((PAGE_SPACE - kept_free) / item), math.floor(PAGE_SPACE / item)) - 1)
    leaves = max(1, math.ceil(items / per_leaf))
    return _with_inner_pages(leaves, size)


def height(pages: int, fields: Sequence[Field]) -> int:
    """The height of an existing B-tree of that many pages, which grew by insertions: its root may be full."""
    size = aligned(tuple_bytes(fields)) + LINE_POINTER
    full, usual = max(2, math.floor(PAGE_SPACE / size)), _fanout(tuple_bytes(fields))
    level, count = 0, max(1, math.ceil((pages - 1) * (1 - 1 / usual)))
    while count > 1:
        count = 1 if count <= full else math.ceil(count / usual)
        level += 1
    return level


def _fanout(size: float) -> int:
    room = PAGE_SPACE - PAGE * (100 - INNER_FILLFACTOR) / 100
    return max(2, math.floor(room / (aligned(size) + LINE_POINTER)))


def _with_inner_pages(leaves: int, size: float) -> TreeSize:
    level, total, count = 0, leaves, leaves
    while count > 1:
        count = math.ceil(count / _fanout(size))
        total += count
        level += 1
    return TreeSize(total + 1, level)


def _posting(size: float, groups: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """(items, bytes with line pointers) after deduplication."""
    capacity = max(1.0, math.floor((POSTING_LIMIT - size) / HEAP_POINTER))
    items = total = 0.0
    for keys, rows in groups:
        if rows < 2:
            count, used = max(rows, 1.0), max(rows, 1.0) * (size + LINE_POINTER)
        else:
            full, rest = divmod(rows, capacity)
            count = full + (1 if rest else 0)
            used = full * (aligned(size + capacity * HEAP_POINTER) + LINE_POINTER)
            used += (aligned(size + rest * HEAP_POINTER) if rest > 1 else size) + LINE_POINTER if rest else 0
        items += keys * count
        total += keys * used
    return items, total


def gin(rows: float, entries_per_row: float, distinct: float, entry_width: float) -> int:
    """Pages of a GIN index: one key tuple per distinct entry, heap pointers compressed to about two bytes each."""
    keys = distinct * (aligned(TUPLE_HEADER + entry_width) + LINE_POINTER + HEAP_POINTER)
    pointers = rows * entries_per_row * 2.0
    return 2 + math.ceil((keys + pointers) / (PAGE * 0.75))


def gist(rows: float, fields: Sequence[Field]) -> int:
    """Pages of a GiST or SP-GiST index: inserted one by one, pages about 70 % full."""
    per_page = max(1, math.floor(PAGE_SPACE * 0.7 / (tuple_bytes(fields) + LINE_POINTER)))
    return 1 + math.ceil(rows / per_page * 1.02)


def hashed(rows: float) -> int:
    """Pages of a hash index: 16-byte tuples in buckets doubled until they are three quarters full."""
    per_page = PAGE_SPACE // (16 + LINE_POINTER)
    buckets: int = 1 << max(1, math.ceil(math.log2(max(2.0, rows / (per_page * 0.75)))))
    return 2 + buckets


def brin(heap_pages: int, fields: Sequence[Field], pages_per_range: int = 128) -> int:
    """Pages of a BRIN index: metapage, range map, and a minimum and a maximum for each range of heap pages."""
    ranges = max(1, math.ceil(heap_pages / pages_per_range))
    summary = aligned(8 + 2 * sum(field.width for field in fields)) + LINE_POINTER
    return 1 + math.ceil(ranges / 1360) + math.ceil(ranges * summary / PAGE_SPACE)


def heap(rows: float, fields: Sequence[Field], fillfactor: int = 100) -> int:
    """Pages of a table, for assumptions where no server was asked."""
    row = aligned(HEAP_HEADER + sum(field.width * (1 - field.nulls) for field in fields)) + LINE_POINTER
    return max(1, math.ceil(rows * row / ((PAGE - 24) * fillfactor / 100)))
