"""Grouping the ads of the store: tonight's meet all earlier ones by their stored signatures, without loading them."""

from __future__ import annotations

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
    series_merged_by_hand,
    series_of_people,
    series_of_versions,
    texts_by_band,
)
from pipelines.series.grouping import EarlierText, Grouping, NewText, PreparedAds, group


class StoreIndex:
    """The index of all texts that the store has signatures of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_key(self, keys: Collection[str]) -> dict[str, int]:
        """Series of texts with these text keys."""
        return series_by_key(self._connection, keys)

    def by_page(self, pages: Collection[str]) -> dict[str, int]:
        """None: in the store one address is one ad."""
        return {}

    def by_part(self, parts: Collection[int]) -> dict[int, list[int]]:
        """Texts filed under these parts, by part."""
        return texts_by_band(self._connection, parts)

    def series_of(self, ids: Collection[int]) -> dict[int, int]:
        """The series of these versions."""
        return series_of_versions(self._connection, ids)

    def read(self, ids: Collection[int]) -> Iterable[EarlierText]:
        """These versions."""
        return (EarlierText(*stored) for stored in read_texts(self._connection, ids))

    def pinned(self, series: Collection[int]) -> set[int]:
        """Series with cases or with a person's decision: a merge must not take their ads away."""
        return series_of_people(self._connection, series)

    def merged_by_hand(self, series: Collection[int]) -> set[int]:
        """Series that hold ads which only a person would have put together."""
        return series_merged_by_hand(self._connection, series)


def group_ads(
    connection: Connection, found: Sequence[UngroupedAd], prepared: PreparedAds, *, now: datetime
) -> Grouping:
    """Places the ads and stores their signatures and series."""
    batch = [NewText(ad.version_id, ad.title, ad.text, series=ad.series_id) for ad in found]
    grouping = group(batch, StoreIndex(connection), prepared)
    opened = open_series(connection, len(grouping.opened), now=now)
    numbers = dict(zip(grouping.opened, opened, strict=True))
    new = [
        NewSignature(
            ad_id=ad.ad_id,
            version_id=ad.version_id,
            series_id=numbers.get(placed.series, placed.series),
            text_key=placed.text_key,
            bands=placed.parts,
        )
        for ad, placed in zip(found, grouping.placed, strict=True)
    ]
    save_signatures(connection, new)
    for kept, absorbed in grouping.merges:
        merge_series(connection, kept=numbers.get(kept, kept), absorbed=absorbed)
    return grouping
