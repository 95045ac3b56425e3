"""What the outline of a plan says about reading: which relation by an index, which whole, how many sorts, which joins.

The outline is our own one-line form of a plan (`advisor.engines.postgres.plan.tree.outline`). Names in it are a stranger's: one that
cannot be told from the notation only makes a node unknown, never wrong about another.
"""

import re
from collections import Counter

import msgspec

_READ = re.compile(
    r"(?<!Bitmap )(?P<how>Seq Scan|Index Only Scan|Index Scan|Bitmap Heap Scan)(?: Backward)?\((?P<names>[^()]*)\)"
)
_NAMES = re.compile(r"\([^()]*\)")
_SORT = re.compile(r"\bSort(?=$|[\[\],])")
_JOIN = re.compile(r"\b(Nested Loop|Hash|Merge)(?:(?: [A-Z][a-z]+){0,2} Join|(?<=Loop))(?=\[)")


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How one plan reads its relations; the keys are `relation alias`, so that a self-join keeps both sides."""

    whole: frozenset[str] = frozenset()
    by_index: frozenset[str] = frozenset()
    index_only: frozenset[str] = frozenset()
    sorts: int = 0
    joins: dict[str, int] = {}


def read_outline(outline: str) -> Reading:
    """The Reading of an outline; an empty outline is a Reading of nothing."""
    found: dict[str, set[str]] = {
        "Seq Scan": set(),
        "Index Scan": set(),
        "Index Only Scan": set(),
        "Bitmap Heap Scan": set(),
    }
    for match in _READ.finditer(outline):
        found[match["how"]].add(match["names"].split(", ")[0])
    bare = _NAMES.sub("", outline)
    return Reading(
        whole=frozenset(found["Seq Scan"]),
        by_index=frozenset(found["Index Scan"] | found["Bitmap Heap Scan"] | found["Index Only Scan"]),
        index_only=frozenset(found["Index Only Scan"]),
        sorts=len(_SORT.findall(bare)),
        joins=dict(sorted(Counter(match[1] for match in _JOIN.finditer(bare)).items())),
    )
