"""Deadlines as a calendar file (iCalendar, RFC 5545) that any calendar program reads. Pure: nothing is sent anywhere.

Every event lasts a whole day, and keeps its UID for as long as its deadline is the same one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

NAMESPACE = uuid.UUID("5f4b7e3a-6d0c-4f5e-9a53-0c5a8f0f7b11")
LONGEST_LINE = 75
"""Octets, without the end of the line."""
_WRITTEN = str.maketrans(
    {chr(code): None for code in (*range(32), 127)} | {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
)
"""As TEXT is written: escaped, without control characters, which no line may hold."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One day to be remembered."""

    key: str
    """What makes it the same event in a later file."""
    day: date
    summary: str
    description: str
    url: str = ""
    """Where it is told in full; empty: nowhere."""


def calendar_file(events: Iterable[CalendarEvent], *, name: str, owner: str, now: datetime) -> bytes:
    """The events as a file. `owner` makes the UIDs of one organisation differ from those of another."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//adwatch//deadlines//SR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        *(line for event in events for line in _event(event, owner, now)),
        "END:VCALENDAR",
    ]
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _event(event: CalendarEvent, owner: str, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid.uuid5(NAMESPACE, f'{owner}|{event.key}')}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{_text(event.description)}"
    if event.url:
        yield f"URL:{event.url}"
    # A deadline takes nobody's time.
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").translate(_WRITTEN)


def _folded(line: str) -> Iterator[bytes]:
    """The line in pieces of at most 75 octets, all but the first begun with a space; no letter is cut in two."""
    # A surrogate that a web page left alone cannot be written.
    octets = line.encode("utf-8", "replace")
    start, end, mark = 0, LONGEST_LINE, b""
    while end < len(octets):
        while octets[end] & 0b1100_0000 == 0b1000_0000:
            end -= 1
        yield mark + octets[start:end]
        start, end, mark = end, end + LONGEST_LINE - 1, b" "
    yield mark + octets[start:]
