"""Days in Serbia: licences, limits, lists and reports all go by days that begin at midnight in Belgrade."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

BELGRADE = ZoneInfo("Europe/Belgrade")


def day_in_belgrade(moment: datetime) -> date:
    """The day that it is there at that moment, which has a time zone."""
    return moment.astimezone(BELGRADE).date()
