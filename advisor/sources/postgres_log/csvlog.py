"""The server's csvlog: 23 columns up to PostgreSQL 12, 24 in 13, 26 since 14.

A record may span lines, and a crash or a full disk can leave half of one. So the text is cut where records can begin, and the
quotes in a piece tell whether it is whole: half a record is skipped alone instead of turning the rest of the file inside out.
"""

import csv
import io
import re
from collections.abc import Iterator

from advisor.model.event import Event
from advisor.sources.base import Format, Opening, Stream, Tally
from advisor.sources.postgres_log.entries import whole_chunks
from advisor.sources.postgres_log.records import Record, RecordReader
from advisor.sources.postgres_log.times import Clock
from advisor.sources.postgres_log.words import KINDS

COLUMNS = (23, 24, 26)
TIMESTAMP, USER, DATABASE, SESSION, VXID, SEVERITY = 0, 1, 2, 5, 9, 11
MESSAGE, DETAIL, CONTEXT, STATEMENT, APPLICATION = 13, 14, 18, 19, 22

LONGEST_FIELD = 2**31 - 1
"""The csv module's own limit is 128 kB, which many a statement exceeds."""

MOST_PIECES = 1000
"""Lines that look like beginnings inside one literal; beyond that the record is taken to be torn."""

_START = rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? [^,\n\"]{1,12},(?:\"|,)"
_STARTS = re.compile(_START)
_BETWEEN = re.compile(rb"\r?\n(?=" + _START + rb")")
_BEGINNING = re.compile(
    rb"(?:\A|\n)(?P<start>(?:\xef\xbb\xbf)?(?P<time>[\d-]{10} [\d:.]{8,15} [^,\n\"]{1,12}),"
    rb"(?:\"(?:[^\"]|\"\")*\")?,(?:\"(?:[^\"]|\"\")*\")?,\d+,(?:\"[^\"\n]*\")?,[0-9a-f]+\.[0-9a-f]+,\d+,)"
)
DURATION = b',LOG,00000,"duration: '
TORN = "record of a csvlog that is torn or has the wrong number of columns"


def recognises(head: bytes) -> bool:
    """Whether a line begins with the first seven columns."""
    return _BEGINNING.search(head) is not None


def opening(head: bytes) -> Opening:
    """Time of the first record, and whether the file begins with it."""
    match = _BEGINNING.search(head)
    return Opening(Clock().read(match["time"]) if match else None, match is not None and match.start("start") == 0)


def read(stream: Stream, tally: Tally) -> Iterator[Event]:
    """The executions in the log."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = RecordReader()
    for current, line, row in _rows(stream):
        reader.enter(_record(row), current, line)
        yield from reader.executions.ready()
    yield from reader.executions.rest()
    for note in reader.notes():
        stream.tally.note(note)


def _rows(stream: Stream) -> Iterator[tuple[Tally, int, list[str]]]:
    """Whole rows with their file and line. A piece with an odd number of quotes is either half a record, or a literal in it holds
    a line that looks like the beginning of another record: what follows tells.
    """
    held: list[bytes] = []
    since = (stream.tally, 1)
    for tally, line, whole in whole_chunks(stream, _last_boundary):
        for piece in _BETWEEN.split(whole):
            place, line = (tally, line), line + piece.count(b"\n") + 1
            odd = piece.count(b'"') % 2 == 1
            if not odd and not held and _is_step(piece):
                continue
            if held and len(held) < MOST_PIECES and (odd or _parse(piece) is None):
                held.append(piece)
                if not odd:
                    continue
                place, piece, odd, held = since, b"\n".join(held), False, []
            elif held:
                since[0].skip(TORN, since[1])
                held = []
            if odd:
                held, since = [piece], place
            elif (row := _parse(piece)) is not None:
                yield *place, row
            elif piece.strip(b"\0\r\n \xef\xbb\xbf"):
                yield from ((*place, row) for row in _salvaged(piece, *place))
    if held:
        since[0].skip(TORN, since[1])


def _parse(piece: bytes) -> list[str] | None:
    """The columns of a piece that is exactly one record."""
    try:
        rows = list(csv.reader([piece.decode("utf-8", "replace").strip("\0\ufeff\r\n")]))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 and _is_record(rows[0]) else None


def _is_step(piece: bytes) -> bool:
    """Whether a record is about a parse or bind step: nearly half of a log, told without parsing. Inside a literal the quote
    before `duration` would be doubled.
    """
    begin = piece.find(DURATION)
    if begin < 0:
        return False
    unit = piece.find(b" ms  ", begin, begin + 60)
    return unit > 0 and piece.startswith((b"parse ", b"bind "), unit + 5)


def _is_record(row: list[str]) -> bool:
    return len(row) in COLUMNS and row[SEVERITY] in KINDS and '"' not in row[USER] + row[DATABASE]


def _salvaged(piece: bytes, tally: Tally, line: int) -> Iterator[list[str]]:
    """Records in a piece that has other lines before or behind them."""
    lost = 0
    reader = csv.reader(io.StringIO(piece.decode("utf-8", "replace").replace("\0", ""), newline=""))
    try:
        for row in reader:
            if _is_record(row):
                yield row
            elif row:
                lost += 1
    except csv.Error:
        lost += 1
    if lost:
        tally.skip(TORN, line, lost)


def _record(row: list[str]) -> Record:
    return Record(
        timestamp=row[TIMESTAMP],
        error_severity=row[SEVERITY],
        message=row[MESSAGE],
        detail=row[DETAIL],
        context=row[CONTEXT],
        statement=row[STATEMENT],
        user=row[USER],
        dbname=row[DATABASE],
        application_name=row[APPLICATION],
        session_id=row[SESSION],
        vxid=row[VXID],
    )


def _last_boundary(block: bytes) -> int:
    """Behind the last newline after which a record begins."""
    place = block.rfind(b"\n")
    while place >= 0:
        if _STARTS.match(block, place + 1):
            return place + 1
        place = block.rfind(b"\n", 0, place)
    return 0


FORMAT = Format(name="PostgreSQL csvlog", recognises=recognises, read=read, opening=opening)
