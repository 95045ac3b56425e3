"""The files of the twin's relations: as long as production's, and empty.

The planner does not believe `pg_class.relpages`: it asks the file system how long a relation is, and scales `reltuples`
by the answer. So a table's file is extended sparsely to production's length: zero pages are valid empty pages, no disk
is used, and nothing but the planner ever looks. A B-tree is also asked for its height and, for a range beyond the
histogram, for its first and last entry: it gets a chain of valid empty pages from the root down.
"""

import os
import struct
from pathlib import Path

PAGE = 8192
SEGMENT_PAGES = 131072
"""RELSEG_SIZE: relations are cut into files of 1 GiB."""

_HEADER = 24
_SPECIAL = 16
_LEAF, _ROOT = 1, 2
_META = struct.Struct("<IIIIII")
"""BTMetaPageData up to btm_fastlevel: magic, version, root, level, fastroot, fastlevel."""
_MAGIC = 0x053162
_ALT_TID = 0x2000
"""INDEX_ALT_TID_MASK: the tuple's "heap pointer" is a child block and a count of key columns, here zero."""


def resize(path: Path, pages: int) -> None:
    """Make the relation whose first segment is `path` exactly `pages` long; new pages are zero and take no space.

    Raises OSError when the files cannot be changed by this user.
    """
    owner = path.stat()
    segment, left = 0, pages
    while True:
        file = path if segment == 0 else path.with_name(f"{path.name}.{segment}")
        length = min(left, SEGMENT_PAGES)
        if segment and not left:
            if not file.exists():
                return
            file.unlink()
        else:
            file.touch(0o600)
            if segment and os.geteuid() == 0:
                os.chown(file, owner.st_uid, owner.st_gid)
            os.truncate(file, length * PAGE)
        left -= length
        segment += 1


def plant_tree(path: Path, level: int) -> int:
    """Write an empty B-tree of height `level` (0 = the root is a leaf) into an index file; the pages it takes.

    The metapage is the one that the server wrote, with a new root. Raises OSError, or ValueError when block 0 is none.
    """
    with path.open("r+b") as file:
        meta = bytearray(file.read(PAGE))
        if len(meta) != PAGE or _META.unpack_from(meta, _HEADER)[0] != _MAGIC:
            raise ValueError(f"{path.name} does not begin with a B-tree metapage")
        magic, version = _META.unpack_from(meta, _HEADER)[:2]
        _META.pack_into(meta, _HEADER, magic, version, 1, level, 1, level)
        pages = [bytes(meta)]
        for height in range(level, -1, -1):
            pages.append(_tree_page(height, is_root=height == level, child=len(pages) + 1))
        file.seek(0)
        file.write(b"".join(pages))
    return len(pages)


def _tree_page(height: int, *, is_root: bool, child: int) -> bytes:
    """One page: an empty leaf, or an inner page with the one downlink "everything is in `child`"."""
    page = bytearray(PAGE)
    lower, upper = _HEADER, PAGE - _SPECIAL
    if height:
        size = 8
        upper -= size
        struct.pack_into("<HHHH", page, upper, child >> 16, child & 0xFFFF, 0, size | _ALT_TID)
        struct.pack_into("<I", page, lower, upper | (1 << 15) | (size << 17))  # line pointer: offset, LP_NORMAL, length
        lower += 4
    struct.pack_into("<QHHHHHHI", page, 0, 0, 0, 0, lower, upper, PAGE - _SPECIAL, PAGE | 4, 0)
    flags = (_LEAF if height == 0 else 0) | (_ROOT if is_root else 0)
    struct.pack_into("<IIIHH", page, PAGE - _SPECIAL, 0, 0, height, flags, 0)
    return bytes(page)
