"""The calendar of deadlines as other programs read it: RFC 5545 line by line, and the same events file after file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from alerts.calendar_file import CalendarEvent, calendar_file

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
_LINE = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[^\";:,]+)*):(.*)", re.DOTALL)
_UNESCAPED = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}


def parse_calendar(content: bytes) -> list[dict[str, str]]:
    """The events of a calendar file; fails where RFC 5545 is not kept. Names hold their parameters, values are text."""
    assert content.endswith(b"\r\n")
    octets = content[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in octets)
    assert all(not set(line) & {*range(9), *range(10, 32), 127} for line in octets)
    for line in octets:
        line.decode()
    unfolded = re.sub(r"\r\n[ \t]", "", content[:-2].decode()).split("\r\n")
    assert (unfolded[0], unfolded[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    events: list[dict[str, str]] = []
    inside = False
    heads: dict[str, str] = {}
    for line in unfolded[1:-1]:
        found = _LINE.fullmatch(line)
        assert found, line
        name, value = found.group(1) + found.group(2), found.group(3)
        if name in ("BEGIN", "END"):
            assert value == "VEVENT" and inside == (name == "END")
            inside = name == "BEGIN"
            events += [{}] if inside else []
            continue
        kept = events[-1] if inside else heads
        assert name not in kept
        kept[name] = _unescaped(value) if name in ("SUMMARY", "DESCRIPTION", "X-WR-CALNAME") else value
    assert not inside
    assert (heads["VERSION"], heads["CALSCALE"]) == ("2.0", "GREGORIAN") and heads["PRODID"]
    for event in events:
        assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"])
        start, end = (
            datetime.strptime(event[f"DT{side};VALUE=DATE"], "%Y%m%d").date()  # noqa: DTZ007 - a day
            for side in ("START", "END")
        )
        assert (end - start).days == 1
    assert len({event["UID"] for event in events}) == len(events)
    return events


def _unescaped(value: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), value
    return re.sub(r"\\.", lambda found: _UNESCAPED[found.group()], value)


def _file(*events: CalendarEvent, owner: str = "100000001") -> bytes:
    return calendar_file(events, name="adwatch: rokovi", owner=owner, now=NOW)


def _event(key: str = "filing 1", **changes: str) -> CalendarEvent:
    told = {"summary": "Rok za odgovor", "description": "Ponedeljak; utorak, sreda.\nČetvrtak \\ petak"}
    return CalendarEvent(key, date(2026, 12, 7), **{**told, **changes})


def test_an_event_is_read_back_as_it_was_told() -> None:
    (event,) = parse_calendar(_file(_event(url="http://127.0.0.1:8000/legal/cases/1")))
    assert event["SUMMARY"] == "Rok za odgovor"
    assert event["DESCRIPTION"] == "Ponedeljak; utorak, sreda.\nČetvrtak \\ petak"
    assert event["DTSTART;VALUE=DATE"] == "20261207"
    assert (event["DTSTAMP"], event["URL"]) == ("20261120T073000Z", "http://127.0.0.1:8000/legal/cases/1")


def test_a_calendar_without_events_is_one() -> None:
    assert parse_calendar(_file()) == []


def test_the_same_deadline_has_the_same_uid_in_every_file_and_another_elsewhere() -> None:
    (first,), (later,), (elsewhere,) = (
        parse_calendar(_file(_event(summary=words), owner=owner))
        for words, owner in (("a", "100000001"), ("b", "100000001"), ("a", "100000002"))
    )
    assert first["UID"] == later["UID"] != elsewhere["UID"]


def test_words_cannot_begin_a_line_of_their_own() -> None:
    (event,) = parse_calendar(_file(_event(summary="a\r\nEND:VEVENT\r\nATTACH:x\x00\x1b", description="")))
    assert event["SUMMARY"] == "a\nEND:VEVENT\nATTACH:x"
    assert "ATTACH" not in event


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=300))
def test_any_words_come_back_whole(words: str) -> None:
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(letter for letter in plain if letter == "\n" or (letter >= " " and letter != "\x7f"))
    (event,) = parse_calendar(_file(_event(summary=f"x{words}")))
    assert event["SUMMARY"] == f"x{kept}"


def test_a_sign_that_cannot_be_written_spoils_no_calendar() -> None:
    (event,) = parse_calendar(_file(_event(summary="a\ud800b", description="č" * 400)))
    assert (event["SUMMARY"], event["DESCRIPTION"]) == ("a?b", "č" * 400)
