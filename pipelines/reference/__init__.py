"""What work pays and must pay elsewhere: dated figures, and the comparison of an ad's wage with them."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from pydantic import Field

from crawler.assessment import Wage, WageUnit
from pipelines.packaged import RuleData, load_packaged
from pipelines.text.phrases import AdText, Phrasebook


class Source(RuleData):
    """Where figures were read, and the day they speak of."""

    name: str
    as_of: date


class CountryWages(RuleData):
    """Gross EUR: the statutory minimum a month, the average full-time wage a year. None: no figure."""

    minimum: float | None
    average: float | None
    minimum_source: str = "minimum"


class ReferenceWages(RuleData):
    """The file `wages.yml`."""

    sources: dict[str, Source]
    countries: dict[str, CountryWages]
    net_share_of_average: float = Field(gt=0, le=1)
    net_share_of_minimum: float = Field(gt=0, le=1)
    unstated_share_of_minimum: float = Field(gt=0, le=1)
    flat_limit: float
    skilled_limit: float
    per_month: dict[WageUnit, float]
    rates: dict[str, float]
    skilled: list[str]
    qualified: list[str]


FAR_ABOVE = 1.5
"""Times the average net wage from which low-skilled pay counts as far above what such work pays."""


@cache
def reference_wages() -> ReferenceWages:
    """The packaged figures."""
    return load_packaged(Path(__file__).with_name("wages.yml"), ReferenceWages)


@cache
def _skills() -> Phrasebook:
    wages = reference_wages()
    return Phrasebook([("skilled", phrase) for phrase in wages.skilled] + [("qualified", p) for p in wages.qualified])


def monthly_eur(amount: float | None, wage: Wage) -> float | None:
    """The amount for a full-time month in EUR; None for piece rates and currencies without a rate."""
    wages = reference_wages()
    times, rate = wages.per_month.get(wage.unit), wages.rates.get(wage.currency)
    return None if amount is None or times is None or rate is None else amount * times * rate


def is_far_above(wage: Wage, destinations: tuple[str, ...], ad: AdText) -> bool:
    """The wage is far above what such work pays there; skilled work is measured by its own limit."""
    wages = reference_wages()
    month = monthly_eur(wage.max if wage.max is not None else wage.min, wage)
    if month is None:
        return False
    skills = {hit.tag for hit in _skills().find(ad)}
    if skills:
        return "qualified" not in skills and month > wages.skilled_limit
    if month >= wages.flat_limit:
        return True
    limits = [limit for country in destinations if (limit := _high_limit(country, wage)) is not None]
    return bool(limits) and month > max(limits)


def is_below_minimum(wage: Wage, destinations: tuple[str, ...]) -> bool:
    """The wage is below the statutory minimum of every destination that has one."""
    wages = reference_wages()
    month = monthly_eur(wage.max if wage.max is not None else wage.min, wage)
    known = [wages.countries[country].minimum for country in destinations if country in wages.countries]
    minimums = [minimum for minimum in known if minimum is not None]
    if month is None or not minimums or len(known) < len(destinations):
        return False
    share = {True: wages.net_share_of_minimum, None: wages.unstated_share_of_minimum, False: 1.0}[wage.net]
    return month < min(minimums) * share


def _high_limit(country: str, wage: Wage) -> float | None:
    wages = reference_wages()
    average = wages.countries[country].average if country in wages.countries else None
    if average is None:
        return None
    share = 1.0 if wage.net is False else wages.net_share_of_average
    return FAR_ABOVE * average / 12 * share
