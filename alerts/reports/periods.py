"""Periods of a report: whole days in Belgrade, what people may ask for, and the time steps of charts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from crawler.belgrade import BELGRADE
from crawler.errors import UsageError
from crawler.store.reports import Spans, Step

LONGEST = 3660
"""Days: ten years."""
EARLIEST = date(2000, 1, 1)
"""No ad was collected before; a date before is a slip."""
LONGEST_IN_WEEKS = 400
"""A longer period is drawn month by month: more than some 57 points cannot be told apart."""
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class Refusal(StrEnum):
    """Why no report can be made of what was asked for."""

    NO_DAY = "no_day"
    REVERSED = "reversed"
    FUTURE = "future"
    TOO_EARLY = "too_early"
    TOO_LONG = "too_long"


class PeriodError(UsageError):
    """Nothing can be reported of that period."""

    def __init__(self, refusal: Refusal, sentence: str) -> None:
        """The sentence is for the command line; pages word the refusal themselves."""
        super().__init__(sentence)
        self.refusal = refusal


class Preset(StrEnum):
    """Periods that are asked for by a word."""

    MONTH = "month"
    """The last whole month."""
    QUARTER = "quarter"
    """The last whole quarter."""
    YEAR = "year"
    """The last whole year."""


_MONTHS = {Preset.MONTH: 1, Preset.QUARTER: 3, Preset.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Belgrade, the first and the last included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """As many days, right before."""
        return Period(self.first - self.days * _DAY, self.first - _DAY)

    @property
    def spans(self) -> Spans:
        """It and the one before, as moments."""
        return Spans(
            before=begin_of(self.before.first),
            start=begin_of(self.first),
            end=begin_of(self.last + _DAY),
            days=(self.before.first, self.first, self.last),
        )


def asked_period(first: date, last: date, *, today: date) -> Period:
    """The period. Raises PeriodError where it ends before it begins, reaches into the future, or cannot be meant."""
    if first > last:
        raise PeriodError(Refusal.REVERSED, f"the period ends on {last}, before it begins on {first}")
    if last > today:
        raise PeriodError(Refusal.FUTURE, f"{last} has not come yet; a report reaches to {today} at most")
    if first < EARLIEST:
        raise PeriodError(Refusal.TOO_EARLY, f"{first} lies before {EARLIEST}: nothing was collected then")
    period = Period(first, last)
    if period.days > LONGEST:
        raise PeriodError(Refusal.TOO_LONG, f"{period.days} days are too many: a report has at most {LONGEST}")
    return period


def read_day(text: str) -> date:
    """The day, written 2026-11-20. Raises PeriodError for anything else."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        shown = text.strip()[:20]
        raise PeriodError(Refusal.NO_DAY, f"`{shown}` is no day; write it as 2026-11-20") from error


def preset_period(preset: Preset, *, today: date) -> Period:
    """The newest whole month, quarter or year that has ended."""
    this = running_period(preset, today=today).first
    return Period(_months_before(this, _MONTHS[preset]), this - _DAY)


def running_period(preset: Preset, *, today: date) -> Period:
    """The month, quarter or year that has begun, until today."""
    months = _MONTHS[preset]
    return Period(date(today.year, (today.month - 1) // months * months + 1, 1), today)


def begin_of(day: date) -> datetime:
    """Midnight in Belgrade at which the day begins."""
    return datetime.combine(day, time.min, tzinfo=BELGRADE)


def steps_of(period: Period) -> tuple[Period, ...]:
    """The period in weeks that begin on Monday, a long one in months; the first and the last may be cut."""
    begins = list(_months(period) if period.days > LONGEST_IN_WEEKS else _weeks(period))
    ends = [*(begin - _DAY for begin in begins[1:]), period.last]
    return tuple(Period(first, last) for first, last in zip(begins, ends, strict=True))


def moments_of(steps: tuple[Period, ...]) -> list[Step]:
    """Begin of each step and of the day after it."""
    return [(begin_of(step.first), begin_of(step.last + _DAY)) for step in steps]


def _weeks(period: Period) -> Iterator[date]:
    yield period.first
    monday = period.first - period.first.weekday() * _DAY + _WEEK
    while monday <= period.last:
        yield monday
        monday += _WEEK


def _months(period: Period) -> Iterator[date]:
    yield period.first
    month = _months_before(period.first.replace(day=1), -1)
    while month <= period.last:
        yield month
        month = _months_before(month, -1)


def _months_before(first: date, months: int) -> date:
    years, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(years, month + 1, 1)
