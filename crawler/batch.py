"""What waits to be kept: ads, lists and visits, with the pages that are their evidence, up to a transaction's worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields

from crawler.items import AdPosting, FetchedPage, ListedAgain, PublishedList, Visited, VisitResult
from crawler.shared.work import Work
from crawler.store.ads import FetchedUrl

BATCH = 100
"""Ads in one transaction: large enough that fsync does not count, small enough that a crash costs seconds of work."""

BATCH_BYTES = 64 * 1024 * 1024
"""Of page bodies and screenshots: a few huge pages must not fill the memory."""


@dataclass(slots=True)
class Batch:
    """What waits for the next transaction."""

    postings: list[AdPosting] = field(default_factory=list)
    pages: list[FetchedUrl] = field(default_factory=list)
    lists: list[PublishedList] = field(default_factory=list)
    """Published registers; a source brings one at most."""
    listed: list[ListedAgain] = field(default_factory=list)
    visited: list[Visited] = field(default_factory=list)
    done: list[Work] = field(default_factory=list)
    """Of a run that workers share: requests of which nothing more will come, this batch once kept."""
    held: dict[str, int] = field(default_factory=dict, init=False)
    """Bytes of each page, by digest: many ads may stand on one."""

    def __add__(self, later: Batch) -> Batch:
        """Both together, in order."""
        return Batch(
            **{one.name: getattr(self, one.name) + getattr(later, one.name) for one in fields(self) if one.init}
        )

    def __post_init__(self) -> None:
        self._hold(self.kept_pages())

    def add(self, posting: AdPosting) -> None:
        """Takes the ad in."""
        self.postings.append(posting)
        self._hold(kept_pages([posting]))

    def add_listed(self, listed: ListedAgain) -> None:
        """Takes in what a listing still shows."""
        self.listed.append(listed)
        self._hold([listed.page])

    def _hold(self, pages: Iterable[FetchedPage]) -> None:
        self.held.update((page.digest, len(page.body) + len(page.screenshot or b"")) for page in pages)

    @property
    def is_empty(self) -> bool:
        """Nothing waits."""
        return not (self.postings or self.pages or self.lists or self.listed or self.visited or self.done)

    @property
    def unchanged(self) -> list[Visited]:
        """Visits that found a page as it was."""
        return [visit for visit in self.visited if visit.result is VisitResult.UNCHANGED]

    def kept_pages(self) -> Iterator[FetchedPage]:
        """All pages that must be kept as evidence of what waits."""
        yield from kept_pages(self.postings)
        yield from (page for found in self.lists for page in (found.page, found.file) if page is not None)
        yield from (one.page for one in self.listed)
        yield from (visit.page for visit in self.unchanged)

    @property
    def is_full(self) -> bool:
        """Enough for a transaction, by number of ads or by bytes."""
        items = len(self.postings) + len(self.listed) + len(self.visited)
        return items >= BATCH or sum(self.held.values()) >= BATCH_BYTES


def kept_pages(postings: Sequence[AdPosting]) -> Iterator[FetchedPage]:
    """The pages that must be kept as evidence of these ads: where they stand, and listings that said part of them."""
    for posting in postings:
        for page in (posting.page, posting.listingPage):
            if page is not None:
                yield page
