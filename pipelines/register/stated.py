"""The day a list says it is of ("stanje na dan 20.11.2026"), read from its own heading or from what links to it."""

from __future__ import annotations

import re
from datetime import date

from pipelines.register.cells import DATE, calendar_day
from pipelines.text.folding import fold

LED = re.compile(r"(?:\bna dan|\bstanj\w*|\bpresek\w*|\bazurira\w*|\bzakljucno\w*)[^0-9]{0,40}$")


def stated_day(text: str, *, any_date: bool = False) -> date | None:
    """The first date that is led by words for the state of a list; with `any_date`, any date will do."""
    folded = " ".join(fold(text).text.split())
    for found in DATE.finditer(folded):
        day = calendar_day(found)
        if day and (any_date or LED.search(folded[: found.start()])):
            return day
    return None


def day_said(said: str, *, fetched_on: date) -> date | None:
    """The day by what a page said: any past date in the link's words (first line), else a led one around it."""
    link, _, around = said.partition("\n")
    in_link = stated_day(link, any_date=True)
    return in_link if in_link and in_link <= fetched_on else stated_day(around)
