"""What one run alone can tell of a changed layout: what it met is counted, and judged when the run ends.

A listing without ads is told by the spider at once; what changes slowly, from night to night, is not asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum

LEAST = 5
"""Fewer ads may well lack the same field by chance."""

READ = "adwatch/read"
LISTINGS = f"{READ}/listings"
"""Stat: first pages of listings."""
EMPTY_LISTINGS = f"{READ}/listings_empty"
"""Stat: of these without any ad, and without a word of their own that there is none."""
AD_PAGES = f"{READ}/ad_pages"
"""Stat: pages that a listing linked to and that came."""
SILENT_AD_PAGES = f"{READ}/ad_pages_silent"
"""Stat: of these without anything that could be read as an ad."""


class Place(StrEnum):
    """Where fields of an ad stand. What one place lacks the other may give, and it is lost there all the same."""

    LISTING = "listing"
    AD_PAGE = "ad_page"


def ads_stat(place: Place) -> str:
    """Stat: ads that were found at this place."""
    return f"{READ}/{place}/ads"


def field_stat(place: Place, field: str) -> str:
    """Stat: ads of which this field was stated at this place."""
    return f"{READ}/{place}/field/{field}"


def lost_parts(count: Callable[[str, int], int], *, required: Mapping[Place, Collection[str]]) -> list[str]:
    """What was nowhere in a run though the manifest says where it stands; empty where the layout held.

    `count` gives a stat, or the second argument where nothing was counted; `required` are the fields that the source
    gives with nearly every ad.
    """
    lost = []
    if 0 < count(LISTINGS, 0) == count(EMPTY_LISTINGS, 0):
        lost.append("ads of listings")
    if LEAST <= count(AD_PAGES, 0) == count(SILENT_AD_PAGES, 0):
        lost.append("ads of pages")
    for place, fields in required.items():
        if count(ads_stat(place), 0) >= LEAST:
            lost += [f"{field} of {place}" for field in sorted(fields) if not count(field_stat(place, field), 0)]
    return lost
