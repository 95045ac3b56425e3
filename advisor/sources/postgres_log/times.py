"""Timestamps of log entries, as text with a time zone abbreviation, to epoch seconds."""

import re
from calendar import timegm

TIMESTAMP = rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})? (?:[A-Za-z]{1,6}|[+-]\d\d(?::?\d\d)?(?::?\d\d)?|<[+-]?\w+>)"

_ABBREVIATIONS = {
    -10: "HST",
    -9: "AKST",
    -8: "PST AKDT",
    -7: "MST PDT",
    -6: "CST MDT",
    -5: "EST CDT COT PET",
    -4: "AST EDT CLT VET",
    -3.5: "NST",
    -3: "ADT BRT ART CLST",
    -2.5: "NDT",
    -2: "BRST",
    0: "UTC GMT UCT Z WET",
    1: "CET MEZ WEST BST WAT",
    2: "EET CEST MESZ SAST CAT",
    3: "MSK EEST EAT IDT TRT",
    4: "GST MSD",
    5: "PKT UZT YEKT",
    5.5: "IST",
    5.75: "NPT",
    7: "ICT WIB NOVT KRAT",
    8: "HKT SGT PHT WITA AWST IRKT",
    9: "JST KST WIT YAKT",
    9.5: "ACST",
    10: "AEST VLAT",
    10.5: "ACDT",
    11: "AEDT",
    12: "NZST",
    13: "NZDT",
}
HOURS = {zone: hours for hours, zones in _ABBREVIATIONS.items() for zone in zones.split()}
"""Offsets of the abbreviations that PostgreSQL's zones print. Three are ambiguous (IST, CST, BST): the most populous zone counts,
and an instant that is wrong by whole hours harms nothing, because only differences within one log are used."""

CACHE_LIMIT = 50_000
"""Distinct seconds kept; one second holds many entries, so the cache rarely misses."""

_OFFSET = re.compile(r"<?([+-])(\d\d):?(\d\d)?")


class Clock:
    """Turns timestamps of one log into epoch seconds; remembers abbreviations it does not know, which count as UTC."""

    def __init__(self) -> None:
        self.unknown: set[str] = set()
        self._seconds: dict[bytes, float] = {}

    def read(self, stamp: bytes) -> float | None:
        """`2026-11-22 04:45:25.089 UTC`, with or without milliseconds, or `1790000000.089` (`%n`). None when it is neither."""
        milliseconds = 0.0
        key = stamp
        if stamp[19:20] == b".":
            milliseconds = int(stamp[20:23]) / 1000
            key = stamp[:19] + stamp[23:]
        seconds = self._seconds.get(key)
        if seconds is None:
            seconds = self._parse(key)
            if seconds is None:
                return None
            if len(self._seconds) > CACHE_LIMIT:
                self._seconds.clear()
            self._seconds[key] = seconds
        return seconds + milliseconds

    def _parse(self, stamp: bytes) -> float | None:
        text = stamp.decode("ascii", "replace").strip()
        try:
            if text[4:5] != "-":
                return float(text)
            date, clock, *zone = text.split(" ")
            numbers = [int(part) for part in (*date.split("-"), *clock.split(":"))]
            return timegm((*numbers, 0, 0, 0)) - self._offset(zone[0] if zone else "UTC")
        except (ValueError, TypeError, OverflowError):
            return None

    def _offset(self, zone: str) -> float:
        if match := _OFFSET.match(zone):
            seconds = int(match[2]) * 3600 + int(match[3] or 0) * 60
            return -seconds if match[1] == "-" else seconds
        if zone not in HOURS:
            self.unknown.add(zone)
        return HOURS.get(zone, 0) * 3600
