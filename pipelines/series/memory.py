"""Grouping without a store: the texts of one file, kept in memory for the time of one command."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from crawler.addresses import url_key
from crawler.assessment import Ad
from pipelines.series.grouping import EarlierText, Grouping, NewText, PreparedAds, group, no_garbage_collection

BATCH = 500


class MemoryIndex:
    """An index of the texts grouped so far."""

    def __init__(self) -> None:
        # Plain values, of which the garbage collector need not know: there may be millions.
        self._texts: dict[int, tuple[int, str | None, str, bytes]] = {}
        """Those that have parts; others are exact copies of them."""
        self._series: dict[int, int] = {}
        """By text, as it was placed."""
        self._opened = 0
        self._absorbed: dict[int, int] = {}
        """Series that became part of others, and of which."""
        self._keys: dict[str, int] = {}
        self._pages: dict[str, int] = {}
        self._first: dict[int, int] = {}
        """The first text filed under a part: most have no other."""
        self._others: dict[int, tuple[int, ...]] = {}

    def by_key(self, keys: Collection[str]) -> dict[str, int]:
        """Series of texts with these text keys."""
        return {key: self._current(self._keys[key]) for key in keys if key in self._keys}

    def by_page(self, pages: Collection[str]) -> dict[str, int]:
        """Series of ads at these addresses."""
        return {page: self._current(self._pages[page]) for page in pages if page in self._pages}

    def by_part(self, parts: Collection[int]) -> dict[int, tuple[int, ...]]:
        """Texts filed under these parts, by part."""
        first, others = self._first, self._others
        return {part: (first[part], *others.get(part, ())) for part in parts if part in first}

    def series_of(self, ids: Collection[int]) -> dict[int, int]:
        """The series of these texts."""
        return {one: self._current(one) for one in ids}

    def read(self, ids: Collection[int]) -> Iterable[EarlierText]:
        """These texts."""
        return (EarlierText(*self._texts[one]) for one in ids)

    def pinned(self, series: Collection[int]) -> set[int]:
        """None: no people work with these series."""
        return set()

    def merged_by_hand(self, series: Collection[int]) -> set[int]:
        """None, likewise."""
        return set()

    def keep(self, batch: Iterable[NewText], grouping: Grouping) -> None:
        """Files the batch as it was grouped."""
        numbers = {opened: self._opened + at for at, opened in enumerate(grouping.opened, 1)}
        self._opened += len(numbers)
        for new, placed in zip(batch, grouping.placed, strict=True):
            self._series[new.id] = numbers.get(placed.series, placed.series)
            self._keys.setdefault(placed.text_key, new.id)
            if new.page:
                self._pages.setdefault(new.page, new.id)
            if placed.parts:
                self._texts[new.id] = new.id, new.title, new.text, placed.shingles
            for part in placed.parts:
                if self._first.setdefault(part, new.id) != new.id:
                    self._others[part] = (*self._others.get(part, ()), new.id)
        self._absorbed.update((absorbed, numbers.get(kept, kept)) for kept, absorbed in grouping.merges)

    def series(self) -> Iterator[int]:
        """The series of every text, in the order they came."""
        return map(self._current, self._series)

    def _current(self, text_id: int) -> int:
        series = self._series[text_id]
        while series in self._absorbed:
            series = self._absorbed[series]
        return series


def series_of(ads: Iterable[Ad]) -> list[int]:
    """A series number for each ad, in their order. Ads at one address are one series."""
    index, prepared, rest = MemoryIndex(), PreparedAds(), enumerate(ads)
    # Between batches all that is kept would be looked through, again and again.
    with no_garbage_collection():
        while numbered := list(islice(rest, BATCH)):
            batch = [NewText(at, ad.title, ad.text, page=_page(ad.url)) for at, ad in numbered]
            index.keep(batch, group(batch, index, prepared))
    return list(index.series())


def _page(url: str | None) -> str | None:
    # The bare address of a site is no address of an ad.
    path = (url or "").split("://", 1)[-1].partition("/")[2]
    return url_key(url) if url and path.strip("/") else None
