"""Which stored ads a run needs not read again, and which are due for a visit to their own page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

AFTER_DAYS = (1, 2, 4, 8, 16, 30)
"""Days after an ad was new, or last changed, on which its own page is visited; then every `EVERY_DAYS`."""
EVERY_DAYS = 30
ENOUGH_MISSES = 2
"""Visits in a row that found the page gone: then it is visited no more."""


@dataclass(frozen=True, slots=True)
class Visit:
    """An ad whose own page is due."""

    key: int
    """`crawler.addresses.short_key` of `url`."""
    url: str
    etag: str | None = None
    last_modified: str | None = None
    needs_listing: bool = False
    """Part of the ad is the listing's word: without it the page alone would look like an edit."""


@dataclass(frozen=True, slots=True)
class KnownAds:
    """What a run is told of its source's ads before it begins. Keys are `crawler.addresses.short_key`."""

    facts: Mapping[int, int] = field(default_factory=dict)
    """Ads that need not be read again where the listing says the same of them: by key what it said, hashed."""
    tonight: frozenset[int] = frozenset()
    """Those among them that were new this very night, before it was cut off."""
    due: Mapping[int, Visit] = field(default_factory=dict)
    """Visits that are due, the one that waits longest first."""
    may_stop: bool = False
    """The run before read all pages or stopped at known ads: nothing unknown lies behind those."""


def due_on(changed: date, visited: date, *, misses: int = 0) -> date | None:
    """The day from which an ad's page is due: `misses` visits in a row found it gone. None: no more."""
    if misses >= ENOUGH_MISSES:
        return None
    if misses:
        return visited + timedelta(days=1)
    age = (visited - changed).days
    planned = next((days for days in AFTER_DAYS if days > age), None)
    if planned is None:
        planned = AFTER_DAYS[-1] + EVERY_DAYS * ((age - AFTER_DAYS[-1]) // EVERY_DAYS + 1)
    return changed + timedelta(days=planned)
