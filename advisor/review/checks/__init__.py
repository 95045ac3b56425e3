"""The checks, one module per group of rules. Listed by hand: importing this package registers all of them."""

from advisor.review.checks import (
    benefit,
    definition,
    failure,
    files,
    locks,
    names,
    predicates,
    redundancy,
    transactions,
)

__all__ = [
    "benefit",
    "definition",
    "failure",
    "files",
    "locks",
    "names",
    "predicates",
    "redundancy",
    "transactions",
]
