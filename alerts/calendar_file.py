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
_ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


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
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


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
    """Escaped as TEXT; control characters, which no line may hold, are left out."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = (letter for letter in plain if letter == "\n" or (letter >= " " and letter != "\x7f"))
    return "".join(_ESCAPED.get(letter, letter) for letter in kept)


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, all but the first begun with a space; no letter is cut in two."""
    piece, room = "", LONGEST_LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            yield piece
            piece, room = " ", LONGEST_LINE - 1
        piece, room = piece + letter, room - size
    yield piece
