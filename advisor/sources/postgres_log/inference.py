"""The log_line_prefix of a log, read off its own lines.

All sampled prefixes are walked in step. At each place either all of them show the same punctuation or label (literal text), or
all of them show a value of one kind (time, session id, number, word); where several readings are possible the likelier is tried
first and given up when the samples do not end together. What the words and numbers mean is decided in `meaning`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from advisor.sources.postgres_log.meaning import BACKENDS, COMMAND_TAGS, LABEL_AT_END, LABEL_OF, Token, name_fields
from advisor.sources.postgres_log.prefix import MAX_PREFIX, CompiledPrefix, compile_prefix, find_anchor
from advisor.sources.postgres_log.times import TIMESTAMP

MAX_SAMPLES = 400
"""More lines than that say nothing new about a prefix."""
STEPS = 4000
"""Readings tried before the samples are taken to be of several prefixes."""
ENOUGH = 0.9
"""Share of the lines that an inferred prefix must match; the others may come from a time before the setting was changed."""

STAMP = TIMESTAMP.decode()
_ADDRESS = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:%\w+)?)"
UNMISTAKABLE = re.compile(
    "|".join(
        (
            "(?P<m>" + STAMP.replace(r"(?:\.\d{3})?", r"\.\d{3}") + ")",
            "(?P<t>" + STAMP.replace(r"(?:\.\d{3})?", "") + ")",
            r"(?P<n>(?<![\w.])\d{9,10}\.\d{3}(?![\w.]))",
            r"(?P<c>(?<![\w.])[0-9a-f]{8}\.[0-9a-f]{1,8}(?![\w.]))",
            r"(?P<v>(?<![\w./])\d+/\d+(?![\w./]))",
            rf"(?P<r>(?<![\w.])(?:{_ADDRESS}|(?<![@\w.-])[A-Za-z][\w.-]*\.[\w.-]+)\(\d+\))",
            rf"(?P<h>\[local\]|(?<![\w.:]){_ADDRESS}(?![\w.(]))",
        )
    )
)
"""Values that nothing else looks like. The walk goes from one of these to the next, if all samples have the same."""
NUMBER = re.compile(r"(?:-\d{9,}|\d+)(?![\w.:/]*[A-Za-z_/])")
PADDED_NUMBER = re.compile(r" *" + NUMBER.pattern)
PHRASES = {"b": BACKENDS, "i": COMMAND_TAGS}
LABEL = re.compile(
    r"[A-Za-z][\w.-]{0,30} ?= ?|\[?(?i:" + "|".join(sorted(LABEL_OF, key=len, reverse=True)) + r")(?: ?: ?|\] )"
    r"|(?:pg|postgres|postgresql)(?=\[\d)|-1\]"
)
BEFORE_NUMBER = re.compile(r"[\s,;|:/@\[(]+\d+(?![\w.:/-]*[A-Za-z_/])")
NEXT_LABEL = re.compile(r"(?:\s+[-|/:]+\s+|[,;|\s/]+)(?:[A-Za-z][\w.-]{0,30})=")
UNKNOWN = "[unknown]"
DELIMITERS = " @,;|/:\t#!~^*&+>)]}=<([{"
CLOSING = {"[": "]", "(": ")", "{": "}", "<": ">"}


def sample_prefixes(lines: Sequence[bytes]) -> list[str]:
    """The prefixes of those lines that are entries of sessions, or of all entries when none says so."""
    found: list[tuple[str, bool]] = []
    for line in lines:
        anchor = find_anchor(line) if line[:1] not in (b"\t", b" ") else None
        if anchor is None or anchor.prefix_end > MAX_PREFIX or b"\0" in line[: anchor.prefix_end]:
            continue
        message = line[anchor.message : anchor.message + 60]
        told = anchor.kind in ("statement", "error", "detail") or bool(re.search(rb"\d\.\d{3} |^\S{3,20}: ", message))
        found.append((line[: anchor.prefix_end].decode("utf-8", "surrogateescape"), told))
        if len(found) >= MAX_SAMPLES:
            break
    sessions = [prefix for prefix, told in found if told]
    return sessions or [prefix for prefix, _ in found]


def infer_prefixes(lines: Sequence[bytes]) -> list[CompiledPrefix]:
    """The prefixes that occur in `lines`, the most frequent reading first. Empty when there is no entry or none can be read."""
    found: list[CompiledPrefix] = []
    samples = sample_prefixes(lines)
    while samples and len(found) < 4:
        compiled, rest = _infer_one(samples)
        if compiled is None:
            samples = samples[1:]
            continue
        found.append(compiled)
        samples = rest
    return found


def _infer_one(samples: list[str]) -> tuple[CompiledPrefix | None, list[str]]:
    """One prefix that matches the largest group of like samples, or the first half, quarter ... of it; and the samples it does not
    match.
    """
    for trusted in ("mtncvrh", "mtnc", "mt", ""):
        alike = _largest_group(samples, trusted)
        size = len(alike)
        while size:
            tokens = _read_together(sorted(set(alike[:size])), trusted)
            if tokens is not None:
                compiled = compile_prefix(name_fields(tokens, alike[:size]), inferred=True)
                rest = [s for s in samples if not _matches(compiled, s)]
                if len(samples) - len(rest) >= ENOUGH * size:
                    return compiled, rest
            size //= 2
    return None, samples


def _largest_group(samples: list[str], trusted: str) -> list[str]:
    """Samples that have the same unmistakable values in the same order: those of one prefix."""
    kinds = [tuple(_same_kind(cut.lastgroup) for cut in _cuts(sample, trusted)) for sample in samples]
    usual, _ = Counter(kinds).most_common(1)[0]
    return [sample for sample, kind in zip(samples, kinds, strict=True) if kind == usual]


def _cuts(sample: str, trusted: str) -> list[re.Match[str]]:
    return [cut for cut in UNMISTAKABLE.finditer(sample) if str(cut.lastgroup) in trusted]


def _matches(compiled: CompiledPrefix, sample: str) -> bool:
    entry = sample.encode("utf-8", "surrogateescape") + b"LOG:  "
    return any(
        (m := pattern.match(entry)) and m.end() == len(entry) for pattern in (compiled.pattern, compiled.lenient)
    )


def _read_together(samples: list[str], trusted: str) -> list[Token] | None:
    """One reading of all samples, from one unmistakable value to the next; None when there is none."""
    cuts = [_cuts(sample, trusted) for sample in samples]
    tokens: list[Token] = []
    begins = [0] * len(samples)
    for number in range(len(cuts[0]) + 1):
        last = number == len(cuts[0])
        ends = [len(sample) if last else of[number].start() for sample, of in zip(samples, cuts, strict=True)]
        found = _Walk([s[b:e] for s, b, e in zip(samples, begins, ends, strict=True)], tokens).tokens()
        if found is None:
            return None
        tokens = [*tokens, *found]
        if not last:
            shown = {of[number].lastgroup or "" for of in cuts}
            tokens.append(Token("r" if "r" in shown else shown.pop()))
            begins = [of[number].end() for of in cuts]
    return tokens


def _same_kind(kind: str | None) -> str:
    """A host with port and a local connection are the same field."""
    return "h" if kind == "r" else str(kind)


class _Walk:
    """Depth-first search for one reading of all samples."""

    def __init__(self, samples: list[str], before: list[Token]) -> None:
        """`before`: what precedes the samples, because brackets may be open and a label may stand there."""
        self._samples = samples
        self._before = before
        self._steps = 0

    def tokens(self) -> list[Token] | None:
        """The first reading under which all samples end together."""
        return self._from(tuple(0 for _ in self._samples), ())

    def _from(self, places: tuple[int, ...], so_far: tuple[Token, ...]) -> list[Token] | None:
        self._steps += 1
        if self._steps > STEPS or len(so_far) > 80:
            return None
        rests = [sample[place:] for sample, place in zip(self._samples, places, strict=True)]
        if not any(rests):
            return list(so_far)
        for token, lengths in self._readings(rests, so_far):
            if not any(lengths):
                continue
            following = tuple(place + length for place, length in zip(places, lengths, strict=True))
            if (found := self._from(following, (*so_far, token))) is not None:
                return found
        return None

    def _readings(self, rests: list[str], so_far: tuple[Token, ...]) -> Iterator[tuple[Token, list[int]]]:
        """What may come next: values of a definite kind, then literal text, then a word up to some delimiter."""
        for kind, pattern in {"number": NUMBER, **PHRASES}.items():
            matches = [pattern.match(rest) for rest in rests]
            if all(matches):
                yield Token(kind), [match.end() for match in matches if match]
        literal = _common_literal(rests)
        if literal:
            yield Token("", literal), [len(literal)] * len(rests)
        padding = [len(rest) - len(rest.lstrip(" ")) for rest in rests]
        if all(padding):
            yield Token("", " "), padding
        elif any(padding) and all(matches := [PADDED_NUMBER.match(rest) for rest in rests]):
            yield Token("number"), [match.end() for match in matches if match]
        if not so_far or so_far[-1].kind != "word":
            for lengths in _word_ends(rests, (*self._before, *so_far)):
                yield Token("word"), lengths


def _common_literal(rests: list[str]) -> str:
    """Punctuation that all samples share, or a label (`user=`)."""
    first = rests[0]
    if match := LABEL.match(first):
        label = match[0]
        if all(rest.startswith(label) for rest in rests):
            return label
    length = 0
    for character in first:
        same = all(rest[length : length + 1] == character for rest in rests)
        if (
            not same
            or character.isalnum()
            or character == "_"
            or any(rest.startswith(UNKNOWN, length) for rest in rests)
        ):
            break
        length += 1
    return first[:length]


def _word_ends(rests: list[str], so_far: tuple[Token, ...]) -> Iterator[list[int]]:
    """Possible lengths of a text value, the likeliest first."""
    before = "".join(token.literal for token in so_far)
    if so_far and LABEL_AT_END.search(so_far[-1].literal):
        labels = [NEXT_LABEL.search(rest) for rest in rests]
        if all(labels):
            yield [match.start() for match in labels if match]
        closing = _open_bracket(before)
        if closing and all(closing in rest for rest in rests):
            yield [rest.index(closing) for rest in rests]
        elif not any(labels) and all(rests):
            yield _to_the_end(rests)
    ends = []
    usual = next((after.literal[:1] for one, after in pairwise(so_far) if one.kind == "word"), "")
    for delimiter in DELIMITERS:
        lengths = [_length(rest, delimiter) for rest in rests]
        if all(length >= 0 for length in lengths):
            # The delimiter that ended the word before is the likeliest, then the nearest.
            ends.append((-1 if delimiter == usual != " " else sum(lengths), lengths))
    for _, lengths in sorted(ends):
        yield lengths
    if all(numbers := [BEFORE_NUMBER.search(rest) for rest in rests]):
        yield [match.start() for match in numbers if match]
    if all(rests):
        yield _to_the_end(rests)


def _length(rest: str, delimiter: str) -> int:
    if rest.startswith(UNKNOWN):
        return len(UNKNOWN)
    return rest.find(delimiter)


def _open_bracket(text: str) -> str:
    """The closing bracket that is still due after `text`."""
    due: list[str] = []
    for character in text:
        if character in CLOSING:
            due.append(CLOSING[character])
        elif due and character == due[-1]:
            due.pop()
    return due[-1] if due else ""


def _to_the_end(rests: list[str]) -> list[int]:
    """Everything but the punctuation that all samples end with."""
    length = 0
    first = rests[0]
    while length < len(first):
        character = first[len(first) - length - 1]
        if character.isalnum() or any(rest[len(rest) - length - 1 : len(rest) - length] != character for rest in rests):
            break
        length += 1
    return [len(rest) - length for rest in rests]
