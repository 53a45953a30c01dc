"""Grouping without a store: the texts of one file, kept in memory for the time of one command."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from crawler.addresses import url_key
from crawler.assessment import Ad
from pipelines.series.grouping import EarlierText, Grouping, NewText, PreparedAds, group

BATCH = 500


class MemoryIndex:
    """An index of the texts grouped so far."""

    def __init__(self) -> None:
        self._texts: dict[int, NewText] = {}
        self._series: dict[int, int] = {}
        self._members: dict[int, list[int]] = defaultdict(list)
        self._keys: dict[str, int] = {}
        self._pages: dict[str, int] = {}
        self._first: dict[int, int] = {}
        """The first text filed under a part: most have no other."""
        self._others: dict[int, list[int]] = {}

    def by_key(self, keys: Collection[str]) -> dict[str, int]:
        """Series of texts with these text keys."""
        return {key: self._series[self._keys[key]] for key in keys if key in self._keys}

    def by_page(self, pages: Collection[str]) -> dict[str, int]:
        """Series of ads at these addresses."""
        return {page: self._series[self._pages[page]] for page in pages if page in self._pages}

    def by_part(self, parts: Collection[int]) -> dict[int, tuple[int, ...]]:
        """Texts filed under these parts, by part."""
        first, others = self._first, self._others
        return {part: (first[part], *others.get(part, ())) for part in parts if part in first}

    def series_of(self, ids: Collection[int]) -> dict[int, int]:
        """The series of these texts."""
        return {one: self._series[one] for one in ids}

    def read(self, ids: Collection[int]) -> Iterable[EarlierText]:
        """These texts."""
        found = (self._texts[text_id] for text_id in ids)
        return (EarlierText(text.id, text.title, text.text) for text in found)

    def pinned(self, series: Collection[int]) -> set[int]:
        """None: no people work with these series."""
        return set()

    def merged_by_hand(self, series: Collection[int]) -> set[int]:
        """None, likewise."""
        return set()

    def keep(self, batch: Iterable[NewText], grouping: Grouping) -> None:
        """Files the batch as it was grouped."""
        numbers = {opened: len(self._members) + at for at, opened in enumerate(grouping.opened, 1)}
        for new, placed in zip(batch, grouping.placed, strict=True):
            self._texts[new.id] = new
            self._put(new.id, numbers.get(placed.series, placed.series))
            self._keys.setdefault(placed.text_key, new.id)
            if new.page:
                self._pages.setdefault(new.page, new.id)
            for part in placed.parts:
                if self._first.setdefault(part, new.id) != new.id:
                    self._others.setdefault(part, []).append(new.id)
        for kept, absorbed in grouping.merges:
            for member in self._members[absorbed]:
                self._put(member, numbers.get(kept, kept))
            self._members[absorbed].clear()

    def series(self) -> Iterator[int]:
        """The series of every text, in the order they came."""
        return iter(self._series.values())

    def _put(self, text_id: int, series: int) -> None:
        self._series[text_id] = series
        self._members[series].append(text_id)


def series_of(ads: Iterable[Ad]) -> list[int]:
    """A series number for each ad, in their order. Ads at one address are one series."""
    index, prepared, rest = MemoryIndex(), PreparedAds(), enumerate(ads)
    while numbered := list(islice(rest, BATCH)):
        batch = [NewText(at, ad.title, ad.text, page=_page(ad.url)) for at, ad in numbered]
        index.keep(batch, group(batch, index, prepared))
    return list(index.series())


def _page(url: str | None) -> str | None:
    # The bare address of a site is no address of an ad.
    path = (url or "").split("://", 1)[-1].partition("/")[2]
    return url_key(url) if url and path.strip("/") else None
