from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.reports.periods import (
    LONGEST,
    Period,
    PeriodError,
    Preset,
    Refusal,
    asked_period,
    preset_period,
    read_day,
    running_period,
    steps_of,
)

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("today", "preset", "first", "last"),
    [
        (TODAY, Preset.MONTH, date(2026, 10, 1), date(2026, 10, 31)),
        (TODAY, Preset.QUARTER, date(2026, 7, 1), date(2026, 9, 30)),
        (TODAY, Preset.YEAR, date(2025, 1, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), Preset.MONTH, date(2025, 12, 1), date(2025, 12, 31)),
        (date(2026, 3, 31), Preset.QUARTER, date(2025, 10, 1), date(2025, 12, 31)),
        (date(2024, 3, 31), Preset.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_a_preset_is_the_newest_whole_one(today: date, preset: Preset, first: date, last: date) -> None:
    assert preset_period(preset, today=today) == Period(first, last)


@pytest.mark.parametrize(
    ("today", "preset", "first"),
    [
        (TODAY, Preset.MONTH, date(2026, 11, 1)),
        (TODAY, Preset.QUARTER, date(2026, 10, 1)),
        (TODAY, Preset.YEAR, date(2026, 1, 1)),
        (date(2026, 1, 1), Preset.YEAR, date(2026, 1, 1)),
    ],
)
def test_the_running_one_reaches_to_this_day(today: date, preset: Preset, first: date) -> None:
    period = running_period(preset, today=today)
    assert period == Period(first, today) == asked_period(first, today, today=today)


@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        (date(2026, 10, 2), date(2026, 10, 1), Refusal.REVERSED),
        (date(2026, 10, 1), TODAY + timedelta(days=1), Refusal.FUTURE),
        (date(1026, 10, 1), TODAY, Refusal.TOO_EARLY),
        (date(1, 1, 1), date(1, 1, 1), Refusal.TOO_EARLY),
        (date(2001, 1, 1), TODAY, Refusal.TOO_LONG),
        (date(9999, 1, 1), date(9999, 12, 31), Refusal.FUTURE),
    ],
)
def test_a_period_that_cannot_be_meant_is_refused_with_a_sentence(first: date, last: date, refusal: Refusal) -> None:
    with pytest.raises(PeriodError) as raised:
        asked_period(first, last, today=TODAY)
    assert raised.value.refusal is refusal
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("text", ["", "juče", "2026-02-30", "20.11.2026.", "2026-11-20T00:00", "²026-11-20", "9" * 400])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="no day"):
        read_day(text)


@given(st.dates(date(2000, 1, 1), TODAY), st.integers(1, LONGEST))
def test_steps_cover_every_day_once(first: date, days: int) -> None:
    period = Period(first, first + timedelta(days=days - 1))
    steps = steps_of(period)
    assert (steps[0].first, steps[-1].last) == (period.first, period.last)
    assert sum(step.days for step in steps) == period.days
    assert all(later.first - step.last == timedelta(days=1) for step, later in pairwise(steps))
    assert len(steps) <= 125
    assert period.before.days == period.days
