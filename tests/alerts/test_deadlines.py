"""Deadlines against dates counted by hand with a calendar and the list of Serbian public holidays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.deadlines import DayCount, count_deadline, holiday_name, is_working_day, working_days_between

YEARS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        # Plain: Monday 9.11. plus 8 is Tuesday 17.11.
        (date(2026, 11, 9), 8, date(2026, 11, 17)),
        # The end on a Saturday moves to Monday.
        (date(2026, 11, 6), 15, date(2026, 11, 23)),
        # Armistice Day, a Wednesday, in the middle moves nothing, at the end it does.
        (date(2026, 11, 2), 15, date(2026, 11, 17)),
        (date(2026, 11, 3), 8, date(2026, 11, 12)),
        # Orthodox Easter 2026: Friday 10 to Monday 13 April.
        (date(2026, 4, 2), 8, date(2026, 4, 14)),
        (date(2026, 3, 26), 15, date(2026, 4, 14)),
        (date(2026, 3, 27), 15, date(2026, 4, 14)),
        (date(2026, 3, 29), 15, date(2026, 4, 14)),
        (date(2026, 3, 30), 15, date(2026, 4, 14)),
        (date(2026, 3, 11), 30, date(2026, 4, 14)),
        (date(2026, 3, 10), 30, date(2026, 4, 9)),
        # Western Easter Monday 2026, 6 April, is a working day in Serbia.
        (date(2026, 3, 29), 8, date(2026, 4, 6)),
        # Year ends: 1 and 2 January, then a weekend.
        (date(2026, 12, 17), 15, date(2027, 1, 4)),
        (date(2026, 12, 2), 30, date(2027, 1, 4)),
        (date(2026, 12, 24), 8, date(2027, 1, 4)),
        # Orthodox Christmas, Thursday 7 January 2027.
        (date(2026, 12, 8), 30, date(2027, 1, 8)),
        # New Year 2028: Saturday and Sunday, so Monday 3 January is off too.
        (date(2027, 12, 24), 8, date(2028, 1, 4)),
        # Statehood Day 2026: Sunday 15 and Monday 16 February, so Tuesday 17 is off too.
        (date(2026, 1, 31), 15, date(2026, 2, 18)),
        # Easter 2027 meets Labour Day: Friday 30 April to Tuesday 4 May.
        (date(2027, 3, 31), 30, date(2027, 5, 5)),
        # A leap day is a day.
        (date(2028, 2, 14), 15, date(2028, 2, 29)),
    ],
)
def test_calendar_days_as_counted_by_hand(start: date, days: int, due: date) -> None:
    assert count_deadline(start, days).due == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 11, 20), 2, date(2026, 11, 24)),
        (date(2026, 11, 9), 8, date(2026, 11, 20)),
        (date(2026, 4, 8), 2, date(2026, 4, 14)),
        (date(2026, 4, 1), 8, date(2026, 4, 15)),
        (date(2026, 12, 29), 8, date(2027, 1, 12)),
        (date(2026, 3, 31), 30, date(2026, 5, 15)),
    ],
)
def test_working_days_as_counted_by_hand(start: date, days: int, due: date) -> None:
    assert count_deadline(start, days, count=DayCount.WORKING).due == due


def test_the_count_is_told_step_by_step() -> None:
    told = [step.replace("\u00a0", " ") for step in count_deadline(date(2026, 3, 26), 15).steps]
    assert told == [
        "Četvrtak 26. 3. 2026., dan od kog rok teče, ne računa se.",
        "Prvi dan roka je petak 27. 3. 2026.; rok od 15 dana ističe u petak 10. 4. 2026.",
        "Neradni dani: petak 10. 4. 2026. (Veliki petak); subota 11. 4. 2026. (Velika subota); "
        "nedelja 12. 4. 2026. (Vaskrs); ponedeljak 13. 4. 2026. (Drugi dan Vaskrsa). "
        "Rok ističe prvog narednog radnog dana, u utorak 14. 4. 2026.",
    ]


@pytest.mark.parametrize("days", [1, 2, 8, 11, 15, 21, 22, 30])
def test_the_length_of_a_limit_agrees_with_its_verb_at_any_number(days: int) -> None:
    told = count_deadline(date(2026, 3, 2), days).steps[1].replace("\u00a0", " ")
    assert f"; rok od {days} dana ističe u " in told


def test_skipped_holidays_are_named_where_working_days_count() -> None:
    told = count_deadline(date(2026, 12, 29), 8, count=DayCount.WORKING).steps[-1].replace("\u00a0", " ")
    assert told == "Preskočeni praznici: petak 1. 1. 2027. (Nova godina); četvrtak 7. 1. 2027. (Božić)."


def test_easter_is_the_orthodox_one() -> None:
    assert holiday_name(date(2026, 4, 12)) == "Vaskrs"
    assert is_working_day(date(2026, 4, 6))


def test_working_days_are_counted_without_the_first_and_with_the_last() -> None:
    assert working_days_between(date(2026, 4, 9), date(2026, 4, 14)) == 1
    assert working_days_between(date(2026, 4, 14), date(2026, 4, 9)) == 0


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_limit_that_cannot_be_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="1 to 366"):
        count_deadline(date(2026, 1, 1), days)


# The holidays of a year are worked out when they are first asked for.
@given(YEARS, st.integers(1, 366), st.sampled_from(DayCount))
def test_the_last_day_is_a_working_day_and_never_too_early(start: date, days: int, count: DayCount) -> None:
    found = count_deadline(start, days, count=count)
    assert is_working_day(found.due)
    assert found.due >= start + timedelta(days=days)
    if count is DayCount.WORKING:
        assert found.working_days == days


@given(YEARS, st.integers(1, 365))
def test_a_longer_limit_never_ends_earlier(start: date, days: int) -> None:
    for count in DayCount:
        assert count_deadline(start, days, count=count).due <= count_deadline(start, days + 1, count=count).due
