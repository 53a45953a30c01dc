"""What a listing page holds, whatever its kind: links to ads with what it says of each, or ads as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.health import Problem
from spiders.posting import Stated


@dataclass(frozen=True, slots=True)
class Link:
    """Where an ad stands, with what the listing said about it."""

    url: str
    stated: Stated = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """What one listing page holds."""

    links: Sequence[Link] = ()
    """Pages with an ad each."""
    ads: Sequence[Stated] = ()
    """Ads that stand on the listing as a whole."""
    listings: Sequence[str] = ()
    """Further listings it names (a sitemap of sitemaps)."""
    others: int = 0
    """How much it shows that is no ad (videos, service messages): a page of these is neither empty nor the last."""
    problem: Problem | None = None
    """Why it cannot be read."""
    last: bool = False
    """It says itself that no page follows."""
    says_empty: bool | None = None
    """It says itself that it has no ads; None where nobody knows how it would say so."""

    @property
    def is_empty(self) -> bool:
        """Nothing was found on it."""
        return not (self.ads or self.links or self.listings or self.others)
