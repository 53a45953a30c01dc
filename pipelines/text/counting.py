"""Numbers and days as Serbian sentences write them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel import Locale


def counted(number: int, one: str, few: str, many: str) -> str:
    """'1 oglas', '2 oglasa', '21 oglas': the number with the form it takes in Serbian."""
    forms = {"one": one, "few": few}
    return f"{number}\u00a0{forms.get(_plural_form(number), many)}"


def written_day(day: date) -> str:
    """'20. 11. 2026.'."""
    return f"{day.day}.\u00a0{day.month}.\u00a0{day.year}."


@lru_cache(maxsize=4096)
def _plural_form(number: int) -> str:
    return str(Locale.parse("sr").plural_form(number))
