"""Alarms: what people are told once when it breaks, each week while it stays broken, and once when it is well. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.desk.speaking import Tongue, say, say_counted
from alerts.messages.digest import foot
from alerts.messages.letter import Kind, Letter, Line, Part
from crawler.store.outbox import Told

REMIND_AFTER = timedelta(days=7)
OK = "ok"


class What(StrEnum):
    """What there is to tell."""

    BROKEN = "broken"
    """It broke, or is broken otherwise than people were told."""
    STILL = "still"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class Standing:
    """How something stands now."""

    subject: str
    """`scheduler`, `night`, `register` or `source:<id>`."""
    state: str
    """`ok`, or in what way it is broken."""
    words: str
    """What is wrong, or what is well, in the language of the message."""


@dataclass(frozen=True, slots=True)
class News:
    """What to tell of one subject."""

    what: What
    standing: Standing


def news_of(told: Mapping[str, Told], standing: Sequence[Standing], *, now: datetime) -> tuple[News, ...]:
    """What people must be told, in the given order; nothing of what they know already."""
    found = ((_news(told.get(one.subject), one, now), one) for one in standing)
    return tuple(News(what, one) for what, one in found if what is not None)


def alarm_letter(news: Sequence[News], *, tongue: Tongue, desk_url: str) -> Letter:
    """The message that tells them."""
    headings = {
        What.BROKEN: say(tongue, "Ne radi kako treba"),
        What.STILL: say(tongue, "I dalje ne radi kako treba"),
        What.WELL: say(tongue, "Ponovo radi"),
    }
    desk = desk_url.rstrip("/")
    parts = [
        Part(heading, tuple(Line(one.standing.words, _link(one.standing, desk)) for one in news if one.what is what))
        for what, heading in headings.items()
    ]
    filled = tuple(part for part in parts if part.lines)
    return Letter(Kind.ALARMS, _subject(news, tongue), filled, foot(tongue), tongue.tag)


def _news(told: Told | None, standing: Standing, now: datetime) -> What | None:
    if standing.state == OK:
        return What.WELL if told else None
    if told is None or told.state != standing.state:
        return What.BROKEN
    return What.STILL if now - told.told_at >= REMIND_AFTER else None


def _subject(news: Sequence[News], tongue: Tongue) -> str:
    broken = sum(one.what is not What.WELL for one in news)
    counted = say_counted(tongue, broken, "upozorenje", "upozorenja", "upozorenja")
    told = counted if broken else say(tongue, "ponovo radi")
    return f"adwatch: {told}".replace("\u00a0", " ")


def _link(standing: Standing, desk: str) -> str:
    if not desk:
        return ""
    kind, _, source = standing.subject.partition(":")
    return {"source": f"{desk}/sources/{source}", "register": f"{desk}/register"}.get(kind, f"{desk}/sources")
