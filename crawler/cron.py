"""When a source with a time of its own is due, and the night: by crontab lines in the time of Belgrade."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Self

from apscheduler.triggers.cron import CronTrigger

from crawler.belgrade import BELGRADE
from crawler.turns import TIMEZONE

EVERY = "*"
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""By cron's number. APScheduler counts from Monday, and so is told by name."""
NUMBERED = re.compile(r"([0-7])(?:-([0-7])(?:/([1-9]))?)?")
EVERY_NTH = re.compile(r"\*/([1-7])")


class BelgradeCron(CronTrigger):  # type: ignore[misc]
    """Fires at the hours that its line names, each once a day.

    Where clocks are put back an hour comes twice, and what names that hour fires in the first of the two alone; a line
    for every hour fires in both. Where clocks are put forward, what names the hour that is left out fires one later.
    """

    @classmethod
    def daily(cls, *, hour: int) -> Self:
        """Each day at that hour."""
        return cls(hour=hour, timezone=TIMEZONE)

    @classmethod
    def of_line(cls, line: str) -> Self:
        """As the crontab line says; weekdays are numbered as by cron: 0 and 7 are Sunday.

        Raises ValueError where it is no such line.
        """
        fields = line.split()
        fields[4:5] = [",".join(map(_named_weekdays, weekdays.split(","))) for weekdays in fields[4:5]]
        made: Self = cls.from_crontab(" ".join(fields), timezone=TIMEZONE)
        return made

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """APScheduler's question: when next after those."""
        found: datetime | None = super().get_next_fire_time(previous_fire_time, now)
        while found is not None and self._came_before(found):
            found = super().get_next_fire_time(found, found)
        return found

    def _came_before(self, found: datetime) -> bool:
        """The second of two equal hours, and the line fired in the first."""
        hours = next(str(field) for field in self.fields if field.name == "hour")
        return hours != EVERY and found.astimezone(UTC).astimezone(BELGRADE).fold == 1


def _named_weekdays(part: str) -> str:
    """`1-5/2` as `mon,wed,fri`; what has no numbers as it is. Raises ValueError for `1/2`."""
    if every := EVERY_NTH.fullmatch(part):
        return ",".join(WEEKDAYS[: 7 : int(every[1])])
    if re.match(r"\d+/", part):
        raise ValueError("a step of weekdays needs a range, as in 1-5/2")
    numbers = NUMBERED.fullmatch(part)
    if numbers is None:
        return part
    first, last, step = (int(number) if number else None for number in numbers.groups())
    assert first is not None  # noqa: S101 - the expression wants it
    return ",".join(WEEKDAYS[first : (first if last is None else last) + 1 : step])
