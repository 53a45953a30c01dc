"""Dates as pages of the region write them, as ISO 8601.

Only what stands there: no time is invented, and no zone but that of the manifest (`crawler.manifest.Times`).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import cyrtranslit

from crawler.belgrade import BELGRADE
from crawler.manifest import Times

AS_WRITTEN = Times()

MONTHS = {
    month: number
    for number, names in enumerate(
        (
            "jan januar sijecanj sijecnja january",
            "feb februar veljaca veljace february",
            "mar mart ozujak ozujka march",
            "apr april travanj travnja",
            "maj svibanj svibnja may",
            "jun juni lipanj lipnja june",
            "jul juli srpanj srpnja july",
            "avg avgust kolovoz kolovoza aug august",
            "sep sept septembar rujan rujna september",
            "okt oktobar listopad listopada oct october",
            "nov novembar studeni studenog november",
            "dec decembar prosinac prosinca december",
        ),
        start=1,
    )
    for month in names.split()
}
GENITIVES = {
    genitive: MONTHS[genitive[:3]]
    for genitive in (
        "januara", "februara", "marta", "aprila", "maja", "juna", "jula", "avgusta", "septembra", "oktobra",
        "novembra", "decembra",
    )
}  # fmt: skip
MONTH_NUMBERS = MONTHS | GENITIVES
MONTH = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
CLOCK = r"(?:,?\s*(?:u|at)?\s*(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?)?"
ISO = re.compile(
    r"(?<!\d)(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[t ]+(?P<time>\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(?P<zone>z\b|utc|gmt|[+-]\d\d:?\d\d)?)?"
)
FORMS = tuple(
    re.compile(pattern + CLOCK)
    for pattern in (
        r"(?<![\d.])(?P<day>\d{1,2})\s?[./-]\s?(?P<month>\d{1,2})\s?[./-]\s?(?P<year>(?:19|20)\d\d)\.?(?!\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})\.?\s*(?P<name>{MONTH})\b\.?,?\s*(?P<year>(?:19|20)\d\d)\.?",
        rf"\b(?P<name>{MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?,?\s+(?P<year>(?:19|20)\d\d)\.?",
    )
)
DAYS = {"danas": 0, "today": 0, "juce": 1, "jucer": 1, "yesterday": 1, "prekjuce": 2, "prekjucer": 2}
NUMBERS = {"jedan": 1, "jednu": 1, "dva": 2, "dve": 2, "dvije": 2, "tri": 3, "cetiri": 4, "pet": 5, "sest": 6}
UNIT_DAYS = (
    (re.compile(r"min|sek"), 0.0),
    (re.compile(r"sat|cas|h$|hour"), 1 / 24),
    (re.compile(r"dan|day"), 1.0),
    (re.compile(r"ned|sedm|tjed|week"), 7.0),
    (re.compile(r"mes|mjes|month"), 30.0),
    (re.compile(r"god|year"), 365.0),
)
AGO = re.compile(rf"\b(?:pre|prije)\s+(?:oko\s+)?(?:(?P<count>\d{{1,3}}|{'|'.join(NUMBERS)})\s+)?(?P<unit>[a-z]+)")
RFC822_ZONE = re.compile(r"\d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC|Z)\s*$")
UNIX = re.compile(r"\d{10}(?:\d{3})?")
LONGEST = 2000
"""Characters of a field in which a date is looked for."""


def parse_date(raw: str, *, fetched_at: datetime, times: Times = AS_WRITTEN) -> str | None:
    """The first date in `raw` as ISO 8601 (`2026-11-15`, with a time or zone only where stated); None without one.

    Relative words ("pre 3 dana", "juče") count from `fetched_at`, an aware time.
    """
    raw = raw[:LONGEST]
    text = _fold(raw)
    zone = ZoneInfo(times.zone) if times.zone else BELGRADE
    written = _iso(text) or _rfc822(raw) or _written(text)
    return _unix(text, zone) or _zoned(written, times) or _relative(text, fetched_at.astimezone(zone))


def _fold(raw: str) -> str:
    latin = cyrtranslit.to_latin(raw, "sr").lower().replace("đ", "dj")
    return "".join(c for c in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(c)).strip()


def _unix(text: str, zone: ZoneInfo) -> str | None:
    if not UNIX.fullmatch(text):
        return None
    return datetime.fromtimestamp(int(text[:10]), zone).isoformat()


def _zoned(stamp: str | None, times: Times) -> str | None:
    """The same with the zone that the manifest states; a day stays a day."""
    if stamp is None or "T" not in stamp or times.zone is None:
        return stamp
    moment = datetime.fromisoformat(stamp)
    if moment.tzinfo is not None and not times.ignore_stated_zone:
        return stamp
    return _with_z(moment.replace(tzinfo=ZoneInfo(times.zone)))


def _iso(text: str) -> str | None:
    found = ISO.search(text)
    if not found or not _is_day(found["day"]):
        return None
    if not found["time"]:
        return found["day"]
    zone = found["zone"] or ""
    stamp = f"{found['day']}T{found['time']}{'+00:00' if zone in ('z', 'utc', 'gmt') else zone}"
    try:
        return _with_z(datetime.fromisoformat(stamp))
    except ValueError:
        return found["day"]


def _written(text: str) -> str | None:
    for form in FORMS:
        for found in form.finditer(text):
            parts = found.groupdict()
            month = int(parts["month"]) if parts.get("month") else MONTH_NUMBERS[parts["name"]]
            day = f"{parts['year']}-{month:02}-{int(parts['day']):02}"
            if not _is_day(day):
                continue
            if parts["hour"] is None:
                return day
            return f"{day}T{int(parts['hour']):02}:{parts['minute']}:{parts['second'] or '00'}"
    return None


def _rfc822(raw: str) -> str | None:
    if not RFC822_ZONE.search(raw):
        return None
    try:
        return _with_z(parsedate_to_datetime(raw))
    except (ValueError, IndexError, OverflowError):
        return None


def _relative(text: str, now: datetime) -> str | None:
    for word, days in DAYS.items():
        if re.search(rf"\b{word}\b", text):
            return (now - timedelta(days=days)).date().isoformat()
    for found in AGO.finditer(text):
        span = _unit_days(found["unit"])
        if span is not None:
            return (now - timedelta(days=_count(found["count"]) * span)).date().isoformat()
    return None


def _count(word: str | None) -> int:
    if word is None:
        return 1
    return int(word) if word.isdecimal() else NUMBERS[word]


def _unit_days(word: str) -> float | None:
    return next((days for pattern, days in UNIT_DAYS if pattern.match(word)), None)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _with_z(moment: datetime) -> str:
    stamp = moment.isoformat(timespec="seconds")
    return stamp.replace("+00:00", "Z") if moment.tzinfo is None or moment.utcoffset() == timedelta(0) else stamp
