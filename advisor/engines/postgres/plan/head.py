"""The first line of a text node, `Index Scan using i on t o  (cost=...) (actual ...)`, to JSON's property names."""

import re
from typing import Any

from advisor.engines.postgres.plan.expression import unquote

NUMBERS = re.compile(
    r"(?:  \(cost=(?P<startup>[\d.]+)\.\.(?P<total>[\d.]+) rows=(?P<rows>\d+) width=(?P<width>\d+)\))?"
    r"(?: \((?:actual (?:time=(?P<first>[\d.]+)\.\.(?P<last>[\d.]+) )?rows=(?P<actual>[\d.]+) loops=(?P<loops>\d+)"
    r"|(?P<never>never executed))\))?$"
)
IDENTIFIER = r'(?:"(?:[^"]|"")+"|[^\s."]+)'
TARGET = rf" on (?:(?P<schema>{IDENTIFIER})\.)?(?P<name>{IDENTIFIER})(?: (?P<alias>{IDENTIFIER}))?"
HEAD = re.compile(
    r"(?P<parallel>Parallel )?(?P<async>Async )?(?P<type>[A-Z][\w ]*?)"
    rf"(?P<backward> Backward)?(?: using (?P<index>{IDENTIFIER}))?(?:{TARGET})?(?P<provider> \(.*\)(?:{TARGET.replace('?P<', '?P<custom_')})?)?"
)
JOIN = re.compile(
    r"(?P<method>Hash|Merge|Nested Loop)(?: (?P<type>(?:Right |Left )?(?:Left|Right|Full|Semi|Anti)))?(?P<join> Join)?"
)
AGGREGATE = re.compile(r"(?P<mode>Partial |Finalize )?(?P<strategy>|Group|Hash|Mixed)Aggregate")
STRATEGIES = {"": "Plain", "Group": "Sorted", "Hash": "Hashed", "Mixed": "Mixed"}
SET_OPERATION = re.compile(r"(?P<hash>Hash)?SetOp (?P<command>\w+(?: All)?)")
NAMED = {
    "Function Scan": "Function Name",
    "Table Function Scan": "Table Function Name",
    "CTE Scan": "CTE Name",
    "WorkTable Scan": "CTE Name",
    "Named Tuplestore Scan": "Tuplestore Name",
}
"""What the name after `on` is; a relation everywhere else."""
ALIAS_ONLY = ("Subquery Scan", "Values Scan")


def read_node(text: str) -> dict[str, Any] | None:
    """The raw node of one line without its arrow; None when it is no node line, or one that is cut."""
    numbers = NUMBERS.search(text)
    if numbers is None:
        return None
    head = HEAD.fullmatch(text[: numbers.start()])
    if head is None:
        return None
    raw = _kind(head["type"])
    if head["parallel"]:
        raw["Parallel Aware"] = True
    if head["async"]:
        raw["Async Capable"] = True
    if head["backward"]:
        raw["Scan Direction"] = "Backward"
    if head["index"]:
        raw["Index Name"] = unquote(head["index"])
    if head["provider"]:
        raw["Custom Plan Provider"] = re.sub(r"^ \((.*?)\).*", r"\1", head["provider"])
    prefix = "custom_" if head["custom_name"] else ""
    _target(raw, *(unquote(head[prefix + part] or "") for part in ("schema", "name", "alias")))
    _measured(raw, numbers)
    return raw


def _kind(title: str) -> dict[str, Any]:
    """`Hash Left Join` to Node Type and Join Type, `Partial HashAggregate` to type, strategy and mode, and so on."""
    if match := JOIN.fullmatch(title):
        node_type = match["method"] if match["method"] == "Nested Loop" else f"{match['method']} Join"
        if match["join"] or match["method"] == "Nested Loop":
            return {"Node Type": node_type, "Join Type": match["type"] or "Inner"}
    if match := AGGREGATE.fullmatch(title):
        mode = (match["mode"] or "Simple").strip()
        return {"Node Type": "Aggregate", "Strategy": STRATEGIES[match["strategy"]], "Partial Mode": mode}
    if match := SET_OPERATION.fullmatch(title):
        strategy = "Hashed" if match["hash"] else "Sorted"
        return {"Node Type": "SetOp", "Strategy": strategy, "Command": match["command"]}
    if title in ("Insert", "Update", "Delete", "Merge"):
        return {"Node Type": "ModifyTable", "Operation": title}
    if match := re.fullmatch(r"Foreign (Scan|Insert|Update|Delete)", title):
        return {"Node Type": "Foreign Scan", "Operation": "Select" if match[1] == "Scan" else match[1]}
    return {"Node Type": title}


def _target(raw: dict[str, Any], schema: str, name: str, alias: str) -> None:
    """Relation, function, CTE or index after `on`; the alias is printed only where it differs."""
    if not name:
        return
    node_type = raw["Node Type"]
    if node_type == "Bitmap Index Scan":
        raw["Index Name"] = name
        return
    if node_type not in ALIAS_ONLY:
        raw[NAMED.get(node_type, "Relation Name")] = name
    if schema:
        raw["Schema"] = schema
    raw["Alias"] = alias or name


def _measured(raw: dict[str, Any], numbers: re.Match[str]) -> None:
    if numbers["total"]:
        raw |= {
            "Startup Cost": float(numbers["startup"]),
            "Total Cost": float(numbers["total"]),
            "Plan Rows": float(numbers["rows"]),
            "Plan Width": int(numbers["width"]),
        }
    if numbers["never"]:
        raw["Actual Loops"] = 0
    if numbers["actual"]:
        raw |= {"Actual Rows": float(numbers["actual"]), "Actual Loops": float(numbers["loops"])}
    if numbers["first"]:
        raw |= {"Actual Startup Time": float(numbers["first"]), "Actual Total Time": float(numbers["last"])}
