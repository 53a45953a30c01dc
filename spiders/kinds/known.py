"""What one run makes of the ads its source is known to have: which links it follows, when it stops, whom it visits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from crawler.addresses import short_key
from crawler.items import FetchedPage
from crawler.visiting import KnownAds, Visit
from spiders.kinds.listing import Link
from spiders.posting import Listed, Stated, facts_of


class KnownLinks:
    """The known ads, and those of them that this run has met."""

    def __init__(self, known: KnownAds) -> None:
        self.known = known
        self.listed: dict[int, Listed] = {}
        """What listings said tonight of ads that are due for a visit."""
        self.read: set[int] = set()
        """Ads whose page was asked for because a listing led there."""

    def is_known(self, url: str, stated: Stated) -> bool:
        """The ad is stored, and the listing says of it what it said before."""
        facts = self.known.facts.get(short_key(url))
        return facts is not None and facts == facts_of(stated)

    def is_of_before(self, url: str) -> bool:
        """It was known before this night began."""
        return short_key(url) not in self.known.tonight

    def note_read(self, url: str) -> None:
        """The ad's page is asked for as a listing leads there."""
        if self.known.facts or self.known.due:
            self.read.add(short_key(url))

    def note_listed(self, links: Sequence[Link], page: FetchedPage) -> tuple[int, ...]:
        """The keys of known ads that a listing shows; keeps what it says of those that are due."""
        keys = tuple(short_key(link.url) for link in links)
        for key, link in zip(keys, links, strict=True):
            if link.stated and key in self.known.due:
                self.listed[key] = Listed(link.stated, page)
        return keys

    def stored_key(self, url: str) -> int | None:
        """The key of an ad that the store holds; None of one that is new."""
        key = short_key(url)
        return key if key in self.known.facts or key in self.known.due else None

    def add(self, *, read: Collection[int], listed: Mapping[int, Listed]) -> None:
        """What other processes of the run know."""
        self.read.update(read)
        self.listed.update(listed)

    def take_due(self) -> Iterator[tuple[Visit, Listed | None]]:
        """Visits that this run still has to make, the one that waits longest first; each once."""
        for key, visit in self.known.due.items():
            if key in self.read or (visit.needs_listing and key not in self.listed):
                continue
            self.read.add(key)
            yield visit, self.listed.get(key)
