"""What the fields of an inferred prefix are: which number is the process, which word the user.

Labels decide first (`user=`), then the shape of the values, then how they change from line to line, then the usual order.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

SQLSTATE_LENGTH = 5
MAX_PID = 2**31
COMMAND_TAGS = re.compile(
    r"(?:SELECT|INSERT|UPDATE|DELETE|MERGE|BIND|PARSE|EXECUTE|BEGIN|COMMIT|ROLLBACK|SET|SHOW|CREATE \w+|DROP \w+|ALTER \w+|"
    r"COPY|FETCH|DECLARE CURSOR|CLOSE CURSOR|idle(?: in transaction)?|authentication|startup|PREPARE|DISCARD ALL|VACUUM|ANALYZE)(?![\w.-])"
)
BACKENDS = re.compile(
    r"(?:client backend|parallel worker|autovacuum \w+|background w\w+|checkpointer|walwriter|walsender)(?![\w.-])"
)
SQLSTATE = re.compile(r"[0-9][0-9A-Z]{4}|[A-Z]{2}[0-9]{3}")

LABELS = {
    "u": {"user", "usr", "u", "role", "username", "user_name", "usename"},
    "d": {"db", "database", "dbname", "d", "datname", "db_name"},
    "a": {"app", "application", "application_name", "appname", "a", "app_name"},
    "h": {"client", "host", "remote", "h", "r", "ip", "addr", "address", "rhost", "clienthost", "from"},
    "p": {"pid", "p", "process", "proc", "backend_pid"},
    "l": {"line", "l", "n", "num", "line_num", "lineno", "log_line", "seq", "no"},
    "x": {"xid", "txid", "tx", "trx", "x", "transaction", "trans"},
    "Q": {"query_id", "queryid", "qid", "query", "q"},
    "P": {"leader", "leader_pid", "ppid", "parent"},
    "b": {"backend", "type", "backend_type", "btype", "b"},
    "i": {"command", "cmd", "tag", "command_tag", "ps", "i"},
    "e": {"sqlstate", "state", "code", "err", "error", "e", "errcode"},
}
LABEL_OF = {label: escape for escape, labels in LABELS.items() for label in labels}
LABEL_AT_END = re.compile(r"([A-Za-z][\w-]*)\s*[=:]\s*[\[(<\"']?$")


class Token(NamedTuple):
    """One element of a reading: a kind (`m t n c v r h number word`), or literal text."""

    kind: str
    literal: str = ""


def name_fields(tokens: Sequence[Token], samples: Sequence[str]) -> str:
    """The log_line_prefix that `tokens` spell, every field named. `samples` are prefixes in the order of the log."""
    tokens = _one_application(tokens, _columns(tokens, samples))
    columns = _columns(tokens, samples)
    escapes: dict[int, str] = {}
    for place, token in enumerate(tokens):
        if token.kind not in ("", "word", "number", "t", "m"):
            escapes[place] = token.kind
    _times(tokens, columns, escapes)
    _numbers(tokens, columns, escapes)
    _words(tokens, columns, escapes)
    return "".join(f"%{escapes[p]}" if t.kind else t.literal.replace("%", "%%") for p, t in enumerate(tokens))


def _one_application(tokens: Sequence[Token], columns: dict[int, list[str]]) -> list[Token]:
    """Join what follows the third word, if it never changes: the name of the only application, which has spaces in it."""
    words = [place for place, token in enumerate(tokens) if token.kind == "word"]
    fields = [place for place, token in enumerate(tokens) if token.kind]
    tail = [place for place in fields if len(words) > 3 and place > words[2]]
    if not tail or any(tokens[p].kind not in ("word", "number") or len(set(columns[p])) > 1 for p in tail):
        return list(tokens)
    return [*tokens[: words[2] + 1], *tokens[tail[-1] + 1 :]]


def _columns(tokens: Sequence[Token], samples: Sequence[str]) -> dict[int, list[str]]:
    """The values of each field, line by line, as far as the tokens match."""
    shapes = {"number": r" *(-?\d+)", "word": r"(.*?)"}
    pattern = "".join(
        re.sub(r"(?:\\ )+", " +", re.escape(t.literal)) if not t.kind else shapes.get(t.kind, r"(\S+(?: \S+){0,2}?)")
        for t in tokens
    )
    compiled = re.compile(pattern, re.DOTALL)
    fields = [place for place, token in enumerate(tokens) if token.kind]
    columns: dict[int, list[str]] = {place: [] for place in fields}
    for sample in samples:
        if match := compiled.fullmatch(sample):
            for place, value in zip(fields, match.groups(), strict=True):
                columns[place].append(value.strip())
    return columns


def _label(tokens: Sequence[Token], place: int) -> str:
    """The escape that the label before a field stands for; empty when there is none."""
    before = tokens[place - 1].literal if place and not tokens[place - 1].kind else ""
    match = LABEL_AT_END.search(before)
    return LABEL_OF.get(match[1].lower(), "?") if match else ""


def _times(tokens: Sequence[Token], columns: dict[int, list[str]], escapes: dict[int, str]) -> None:
    """The latest of several timestamps is the entry's, the others are the session's start."""
    places = [place for place, token in enumerate(tokens) if token.kind in ("m", "t")]
    if not places:
        return
    now = max(places, key=lambda place: (tokens[place].kind == "m", sorted(columns[place]), -place))
    for place in places:
        escapes[place] = tokens[place].kind if place == now else "s"


def _numbers(tokens: Sequence[Token], columns: dict[int, list[str]], escapes: dict[int, str]) -> None:
    """Which number is the process id, which the line number; the others do not matter and are called %x (or %Q, if signed)."""
    places = [place for place, token in enumerate(tokens) if token.kind == "number"]
    free = []
    for place in places:
        label = _label(tokens, place)
        if label in ("p", "l", "x", "Q", "P"):
            escapes[place] = label
        elif any(int(value) >= MAX_PID or int(value) < 0 for value in columns[place]):
            escapes[place] = "Q"
        elif any(len(value) == SQLSTATE_LENGTH and value.startswith("0") for value in columns[place]):
            escapes[place] = "e"
        elif _brackets(tokens, place) == "[-1]":
            escapes[place] = "l"
        elif all(int(value) == 0 for value in columns[place]):
            escapes[place] = "x"
        else:
            free.append(place)
    process = _process(tokens, columns, escapes, free)
    for place in free:
        escapes[place] = "p" if place == process else "x"
    for place in free:
        if (
            place != process
            and "l" not in escapes.values()
            and _counts_up(_sessions(tokens, columns, process), columns[place])
        ):
            escapes[place] = "l"


def _process(
    tokens: Sequence[Token], columns: dict[int, list[str]], escapes: dict[int, str], free: Sequence[int]
) -> int | None:
    if "p" in escapes.values():
        return None
    session = next((place for place, token in enumerate(tokens) if token.kind == "c"), None)
    if session is not None:
        processes = [str(int(value.rpartition(".")[2], 16)) for value in columns[session]]
        return next((place for place in free if columns[place] == processes), None)
    usable = [place for place in free if all(int(value) > 0 for value in columns[place])]
    if len(usable) == 1 and _counts_up([""] * len(columns[usable[0]]), columns[usable[0]], exactly=True):
        return None
    for place in usable:
        others = [other for other in usable if other != place]
        if (
            others
            and any(_counts_up(columns[place], columns[other]) for other in others)
            and (
                not any(_counts_up(columns[other], columns[place]) for other in others)
                or _brackets(tokens, place) == "[]"
            )
        ):
            return place
    bracketed = [place for place in usable if _brackets(tokens, place) == "[]"]
    return next(iter([*bracketed, *usable]), None)


def _sessions(tokens: Sequence[Token], columns: dict[int, list[str]], process: int | None) -> list[str]:
    session = next((place for place, token in enumerate(tokens) if token.kind == "c"), process)
    return columns[session] if session is not None else [""] * max(map(len, columns.values()), default=0)


def _counts_up(keys: Sequence[str], values: Sequence[str], *, exactly: bool = False) -> bool:
    """Whether `values` rises within each key: a line number does. With fewer than three steps nothing is proved."""
    last: dict[str, int] = {}
    steps = 0
    for key, value in zip(keys, values, strict=True):
        number = int(value)
        if key in last:
            if number <= last[key] or (exactly and number != last[key] + 1):
                return False
            steps += 1
        last[key] = number
    return steps >= 3


def _brackets(tokens: Sequence[Token], place: int) -> str:
    """What encloses a field: `[]`, `[-1]` or nothing."""
    before = tokens[place - 1].literal if place and not tokens[place - 1].kind else ""
    after = tokens[place + 1].literal if place + 1 < len(tokens) and not tokens[place + 1].kind else ""
    if before.endswith("[") and after.startswith("-1]"):
        return "[-1]"
    return "[]" if before.endswith("[") and after.startswith("]") else ""


def _words(tokens: Sequence[Token], columns: dict[int, list[str]], escapes: dict[int, str]) -> None:
    """Users, databases and applications: by label, by `user@database`, by shape, then in this order."""
    taken: dict[str, int] = defaultdict(int)
    free = []
    places = [place for place, token in enumerate(tokens) if token.kind == "word"]
    for place in places:
        label = _label(tokens, place)
        values = {value for value in columns[place] if value and value != "[unknown]"}
        if label and label != "?":
            escapes[place] = label if label in "udahbie" else "i"
        elif label == "?":
            escapes[place] = "i"
        elif place + 2 < len(tokens) and tokens[place + 1].literal == "@" and tokens[place + 2].kind == "word":
            escapes[place], escapes[place + 2] = "u", "d"
        elif place in escapes:
            continue
        elif values and all(SQLSTATE.fullmatch(value) for value in values):
            escapes[place] = "e"
        elif values and all(COMMAND_TAGS.fullmatch(value) for value in values):
            escapes[place] = "i"
        elif values and all(BACKENDS.fullmatch(value) for value in values):
            escapes[place] = "b"
        else:
            free.append(place)
    for escape in escapes.values():
        taken[escape] += 1
    order = [escape for escape in "uda" if not taken[escape]]
    for place in free:
        escapes[place] = order.pop(0) if order else "i"
