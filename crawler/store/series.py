"""Series of copies: signatures of texts, the parts they are found by, and the series of every ad.

Whether two texts are one offer is the business of `pipelines.series`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from crawler.store.images import PictureState, told_text
from crawler.store.schema import ad_versions, ads, bands, cases, series, series_decisions, signatures
from crawler.store.writing import chunks, insert_new


@dataclass(frozen=True, slots=True)
class UngroupedAd:
    """An ad whose current version has no signature."""

    ad_id: int
    version_id: int
    series_id: int | None
    """None for a new ad; an ad that was edited keeps its series."""
    title: str | None
    text: str


@dataclass(frozen=True, slots=True)
class NewSignature:
    """A version's place in its series."""

    ad_id: int
    version_id: int
    series_id: int
    text_key: str
    bands: tuple[int, ...]
    """Parts it is found by; empty where an exact copy is found by them already."""


class StoredText(NamedTuple):
    """The text of a version."""

    version_id: int
    title: str | None
    text: str


_WANTED: BindParameter[Any] = bindparam("wanted", expanding=True)
# Made once: for a single ad it takes longer to make the statements than to run them.
_BY_KEY = (
    select(signatures.c.text_key, func.min(signatures.c.series_id))
    .where(signatures.c.text_key.in_(_WANTED))
    .group_by(signatures.c.text_key)
)
_BY_BAND = (
    select(bands.c.band, bands.c.version_id).where(bands.c.band.in_(_WANTED)).order_by(bands.c.band, bands.c.version_id)
)
_SERIES = select(signatures.c.version_id, signatures.c.series_id).where(signatures.c.version_id.in_(_WANTED))
_TEXTS = select(ad_versions.c.id, ad_versions.c.title, told_text()).where(ad_versions.c.id.in_(_WANTED))
_MERGED = (
    select(series_decisions.c.series_id)
    .where(series_decisions.c.series_id.in_(_WANTED), series_decisions.c.decision == "merge")
    .distinct()
)
_GROUPED = (
    update(ads)
    .where(ads.c.id == bindparam("ad"))
    .values(series_id=bindparam("its_series"), grouped_version_id=bindparam("version"))
)


def count_ungrouped(connection: Connection) -> int:
    """How many ads wait for their series."""
    joined = ads.join(ad_versions, ad_versions.c.id == ads.c.version_id)
    return connection.scalar(select(func.count()).select_from(joined).where(_is_ungrouped())) or 0


def ungrouped_ads(connection: Connection, *, after: int, limit: int) -> list[UngroupedAd]:
    """The next ads, by ascending id after that one, that wait for their series."""
    waiting = connection.execute(_waiting(), {"after": after, "most": limit})
    return [UngroupedAd(**row._mapping) for row in waiting]


@cache
def _waiting() -> Select[Any]:
    columns = ads.c.id.label("ad_id"), ads.c.version_id, ads.c.series_id, ad_versions.c.title, told_text()
    return (
        select(*columns)
        .join(ad_versions, ad_versions.c.id == ads.c.version_id)
        .where(ads.c.id > bindparam("after"), _is_ungrouped())
        .order_by(ads.c.id)
        .limit(bindparam("most", type_=Integer))
    )


def series_by_key(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """Series of texts with these text keys; the oldest, should a person have parted exact copies."""
    found: dict[str, int] = {}
    for some in chunks(keys):
        found.update((row[0], row[1]) for row in connection.execute(_BY_KEY, {"wanted": some}))
    return found


def texts_by_band(connection: Connection, wanted: Iterable[int]) -> dict[int, list[int]]:
    """Versions that are filed under these parts, oldest first, by part."""
    found: dict[int, list[int]] = {}
    for some in chunks(wanted):
        for band, version_id in connection.execute(_BY_BAND, {"wanted": some}):
            found.setdefault(band, []).append(version_id)
    return found


def series_of_versions(connection: Connection, version_ids: Iterable[int]) -> dict[int, int]:
    """The series of these versions."""
    found: dict[int, int] = {}
    for some in chunks(version_ids):
        found.update((row[0], row[1]) for row in connection.execute(_SERIES, {"wanted": some}))
    return found


def read_texts(connection: Connection, version_ids: Iterable[int]) -> Iterator[StoredText]:
    """Title and text of these versions."""
    for some in chunks(version_ids):
        yield from (StoredText(*row) for row in connection.execute(_TEXTS, {"wanted": some}))


def series_of_people(connection: Connection, wanted: Collection[int]) -> set[int]:
    """Those of the series on which people have cases, or that a person split or merged."""
    found: set[int] = set()
    for some in chunks(wanted):
        for column in (cases.c.series_id, series_decisions.c.series_id, series_decisions.c.other_id):
            found.update(connection.scalars(select(column).where(column.in_(some)).distinct()))
    return found


def series_merged_by_hand(connection: Connection, wanted: Collection[int]) -> set[int]:
    """Those of the series to which a person put another."""
    found: set[int] = set()
    for some in chunks(wanted):
        found.update(connection.scalars(_MERGED, {"wanted": some}))
    return found


def open_series(connection: Connection, count: int, *, now: datetime) -> list[int]:
    """Numbers of that many new series, ascending."""
    if not count:
        return []
    opened = connection.scalars(insert(series).returning(series.c.id), [{"opened_at": now}] * count)
    return sorted(opened)


def save_signatures(connection: Connection, found: Sequence[NewSignature]) -> None:
    """Stores the signatures with their parts, and the series of their ads."""
    if not found:
        return
    rows = [
        {
            "version_id": one.version_id,
            "series_id": one.series_id,
            "text_key": one.text_key,
        }
        for one in found
    ]
    insert_new(connection, signatures, rows)
    parts = [{"band": band, "version_id": one.version_id} for one in found for band in one.bands]
    insert_new(connection, bands, parts)
    connection.execute(
        _GROUPED,
        [{"ad": one.ad_id, "its_series": one.series_id, "version": one.version_id} for one in found],
    )


def merge_series(connection: Connection, *, kept: int, absorbed: int) -> None:
    """Moves all ads of the one series, which people do not work with, to the other."""
    for table in (signatures, ads):
        connection.execute(update(table).where(table.c.series_id == absorbed).values(series_id=kept))
    connection.execute(delete(series).where(series.c.id == absorbed))


def _is_ungrouped() -> ColumnElement[bool]:
    # As the index ix_ads_ungrouped says it; a post that is hardly more than a picture waits for what is on it.
    waits = ad_versions.c.pictures.is_distinct_from(PictureState.AWAITED)
    return and_(ads.c.version_id.is_distinct_from(ads.c.grouped_version_id), waits)
