"""When nights are due: one each day at its hour in Belgrade, and which of them nobody ran. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from crawler.belgrade import BELGRADE, day_in_belgrade

TIMEZONE = BELGRADE.key
CATCH_UP = timedelta(hours=6)
"""A machine that slept at 02:00 and woke by 08:00 still runs the night; later it waits for the next one."""
_DAY = timedelta(days=1)


def turn_on(day: date, *, hour: int) -> datetime:
    """When that day's night is due, UTC. Where clocks are put back it is due once, at the first of the two hours."""
    return datetime.combine(day, time(hour), BELGRADE).astimezone(UTC)


def last_turn(now: datetime, *, hour: int) -> datetime:
    """When the night was due last."""
    today = day_in_belgrade(now)
    turn = turn_on(today, hour=hour)
    return turn if turn <= now else turn_on(today - _DAY, hour=hour)


def coming_turn(now: datetime, *, hour: int) -> datetime:
    """When the night is due next."""
    today = day_in_belgrade(now)
    turn = turn_on(today, hour=hour)
    return turn if turn > now else turn_on(today + _DAY, hour=hour)


def missed_nights(begun: Iterable[datetime], *, since: datetime, now: datetime, hour: int) -> tuple[date, ...]:
    """Days since then whose night did not begin before the next one was due, and is not caught up any more."""
    begins = sorted(begun)
    return tuple(
        day
        for day in _days(since, now)
        if since <= turn_on(day, hour=hour) < now - CATCH_UP
        and not any(turn_on(day, hour=hour) <= begin < turn_on(day + _DAY, hour=hour) for begin in begins)
    )


def _days(since: datetime, now: datetime) -> Iterator[date]:
    day = day_in_belgrade(since)
    while day <= day_in_belgrade(now):
        yield day
        day += _DAY
