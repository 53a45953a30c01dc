"""Grouping the ads of the store: tonight's meet all earlier ones by their stored signatures, without loading them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from crawler.store.series import (
    NewSignature,
    UngroupedAd,
    merge_series,
    open_series,
    read_texts,
    save_signatures,
    series_by_key,
    series_with_cases,
    texts_by_band,
)
from pipelines.series.comparable import make_comparable
from pipelines.series.grouping import Filed, Grouping, NewText, group
from pipelines.series.judging import JudgedAd

CACHED_ADS = 2048
"""Ads last compared, kept so that a popular one is not prepared again and again; some tens of megabytes."""


class AdCache:
    """Prepared ads by version; a version's text never changes. The ones not asked for longest are dropped."""

    def __init__(self) -> None:
        self._ads: OrderedDict[int, JudgedAd] = OrderedDict()

    def read(self, connection: Connection, version_ids: Collection[int]) -> dict[int, JudgedAd]:
        """These versions, from memory or from the store."""
        found = {version: ad for version in version_ids if (ad := self._ads.get(version)) is not None}
        for stored in read_texts(connection, [version for version in version_ids if version not in found]):
            found[stored.version_id] = JudgedAd(make_comparable(stored.title, stored.text))
        self._keep(found)
        return found

    def _keep(self, ads: dict[int, JudgedAd]) -> None:
        for version, ad in ads.items():
            self._ads[version] = ad
            self._ads.move_to_end(version)
        while len(self._ads) > CACHED_ADS:
            self._ads.popitem(last=False)


class StoreIndex:
    """The index of all texts that the store has signatures of."""

    def __init__(self, connection: Connection, cache: AdCache) -> None:
        self._connection = connection
        self._cache = cache

    def by_key(self, keys: Collection[str]) -> dict[str, int]:
        """Series of texts with these text keys."""
        return series_by_key(self._connection, keys)

    def by_page(self, pages: Collection[str]) -> dict[str, int]:
        """None: in the store one address is one ad."""
        return {}

    def by_part(self, parts: Collection[int]) -> Iterable[Filed]:
        """Texts filed under these parts."""
        return (Filed(*found) for found in texts_by_band(self._connection, parts))

    def read(self, ids: Collection[int]) -> dict[int, JudgedAd]:
        """These versions, ready to be compared."""
        return self._cache.read(self._connection, ids)

    def pinned(self, series: Collection[int]) -> set[int]:
        """Series with cases: a merge must not take their ads away."""
        return series_with_cases(self._connection, series)


def group_ads(connection: Connection, found: Sequence[UngroupedAd], cache: AdCache, *, now: datetime) -> Grouping:
    """Places the ads and stores their signatures and series."""
    batch = [NewText(ad.version_id, ad.title, ad.text, series=ad.series_id) for ad in found]
    grouping = group(batch, StoreIndex(connection, cache))
    opened = open_series(connection, len(grouping.opened), now=now)
    numbers = dict(zip(grouping.opened, opened, strict=True))
    new = [
        NewSignature(
            ad_id=ad.ad_id,
            version_id=ad.version_id,
            series_id=numbers.get(placed.series, placed.series),
            text_key=placed.signature.text_key,
            minhash=placed.signature.minhash,
            bands=placed.parts,
        )
        for ad, placed in zip(found, grouping.placed, strict=True)
    ]
    save_signatures(connection, new)
    for kept, absorbed in grouping.merges:
        merge_series(connection, kept=numbers.get(kept, kept), absorbed=absorbed)
    return grouping
