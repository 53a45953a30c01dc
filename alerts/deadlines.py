"""Counting a deadline in days, with every step of the count in Serbian. Pure: no clock, no store.

The day of the event is not counted, and an end on a day on which authorities do not work moves to the next working
day. Which deadlines there are stands in `deadlines.yml`, read by `alerts.terms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache

import holidays

from alerts.script import Script, to_script
from pipelines.text.sentences import Counted, Day, Joined, Sentence, Weekday

LONGEST = 366
REMEMBERED = 8192
"""Many filings share their days, and lists of them are counted whenever somebody looks."""
SATURDAY = 5
_NOMINATIVE = ("ponedeljak", "utorak", "sreda", "četvrtak", "petak", "subota", "nedelja")
_ACCUSATIVE = ("ponedeljak", "utorak", "sredu", "četvrtak", "petak", "subotu", "nedelju")
_GENITIVE = ("ponedeljka", "utorka", "srede", "četvrtka", "petka", "subote", "nedelje")
_DAY = timedelta(days=1)


class DayCount(StrEnum):
    """Which days count."""

    CALENDAR = "calendar"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which something is in time, and how it was counted."""

    start: date
    """The day of the event; it is not counted."""
    days: int
    count: DayCount
    due: date
    working_days: int
    """Working days after the start, up to the last day."""
    steps: tuple[str, ...]
    """The count as Serbian sentences (Latin)."""


@lru_cache(maxsize=REMEMBERED)
def count_deadline(start: date, days: int, *, count: DayCount = DayCount.CALENDAR) -> Deadline:
    """The last day of a time limit of so many days. Raises ValueError for less than one day or more than a year."""
    if not 1 <= days <= LONGEST:
        raise ValueError(f"a time limit has 1 to {LONGEST} days, not {days}")
    due, told = _working(start, days) if count is DayCount.WORKING else _calendar(start, days)
    first = Sentence(
        "%(weekday)s %(day)s, dan od kog rok teče, ne računa se.",
        weekday=Weekday(start.weekday(), _NOMINATIVE[start.weekday()].capitalize()),
        day=Day(start),
    )
    return Deadline(start, days, count, due, working_days_between(start, due), (first, *told))


def is_working_day(day: date) -> bool:
    """Whether authorities in Serbia work that day: no Saturday, Sunday or public holiday."""
    return day.weekday() < SATURDAY and holiday_name(day) is None


def holiday_name(day: date) -> str | None:
    """What the public holiday in Serbia is called (Latin); None where there is none that day."""
    return holidays_of(day.year).get(day)


@lru_cache(maxsize=REMEMBERED)
def working_days_between(start: date, end: date) -> int:
    """Working days after the start, up to and with the end; 0 where the end is not later."""
    return sum(map(is_working_day, _days_after(start, end)))


def working_days_left(due: date, today: date) -> int:
    """Working days after today up to the last day; of a day that passed, those since, as a negative number."""
    return working_days_between(today, due) if today <= due else -working_days_between(due, today)


def _calendar(start: date, days: int) -> tuple[date, tuple[str, ...]]:
    end = start + days * _DAY
    told = [
        Sentence(
            "Prvi dan roka je %(first)s; rok od %(days)s ističe u %(last)s.",
            first=_day(start + _DAY, _NOMINATIVE),
            days=Counted(days, "dana", "dana", "dana"),
            last=_last_day(end, _ACCUSATIVE),
        )
    ]
    due = _next_working(end)
    if due != end:
        off = _days_off(_days_from(end, due))
        last = _last_day(due, _ACCUSATIVE)
        told.append(
            Sentence("Neradni dani: %(off)s. Rok ističe prvog narednog radnog dana, u %(last)s.", off=off, last=last)
        )
    return due, tuple(told)


def _working(start: date, days: int) -> tuple[date, tuple[str, ...]]:
    due, left = start, days
    while left:
        due += _DAY
        left -= is_working_day(due)
    told = [
        Sentence(
            "Računaju se samo radni dani, bez subote, nedelje i praznika; %(days)s od %(first)s do %(last)s.",
            days=Counted(days, "radni dan", "radna dana", "radnih dana"),
            first=_day(start + _DAY, _GENITIVE),
            last=_last_day(due, _GENITIVE),
        )
    ]
    if skipped := [day for day in _days_after(start, due) if day.weekday() < SATURDAY and holiday_name(day)]:
        told.append(Sentence("Preskočeni praznici: %(off)s.", off=_days_off(skipped)))
    return due, tuple(told)


def _next_working(day: date) -> date:
    while not is_working_day(day):
        day += _DAY
    return day


def _days_after(start: date, end: date) -> Iterator[date]:
    return _days_from(start + _DAY, end + _DAY)


def _days_from(first: date, end: date) -> Iterator[date]:
    """The days from the first one up to, and without, the end."""
    yield from (first + number * _DAY for number in range((end - first).days))


def _day(day: date, forms: tuple[str, ...]) -> Sentence:
    return Sentence("%(weekday)s %(day)s", weekday=Weekday(day.weekday(), forms[day.weekday()]), day=Day(day))


def _last_day(day: date, forms: tuple[str, ...]) -> Sentence:
    """At the end of a sentence."""
    return Sentence("%(weekday)s %(day)s", weekday=Weekday(day.weekday(), forms[day.weekday()]), day=Day.at_end(day))


def _days_off(days: Iterable[date]) -> Joined:
    """At the end of a sentence."""
    *others, last = days
    return Joined("; ", (*(_day_off(day, _day) for day in others), _day_off(last, _last_day)))


def _day_off(day: date, written: Callable[[date, tuple[str, ...]], Sentence]) -> Sentence:
    if name := holiday_name(day):
        return Sentence("%(day)s (%(holiday)s)", day=_day(day, _NOMINATIVE), holiday=Sentence(name))
    return written(day, _NOMINATIVE)


@cache
def holidays_of(year: int) -> dict[date, str]:
    """Public holidays of a year; Easter is the Orthodox one, and some days off follow a holiday on a Sunday."""
    found = holidays.country_holidays("RS", years=year, language="sr")
    return {day: to_script(name, Script.LATN) for day, name in found.items()}
