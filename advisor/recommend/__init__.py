"""Recommendations for one database: candidates, what the planner makes of them, the set that earns its place, and why not.

merge         candidates of several shapes made one
questions     the planner, asked no more than needed
verify        which indexes are picked and halve a cost
foreign_keys  what no log shows
write_cost    what they cost writes
explain       recommendations in sentences; silence: why there is none
"""

from advisor.recommend.advice import Advice, advise

__all__ = ["Advice", "advise"]
