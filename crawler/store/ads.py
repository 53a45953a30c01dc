"""Ads, their versions and sightings; and the pages that were fetched on the way to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from crawler.addresses import url_key
from crawler.store.schema import ad_versions, ads, pages, runs, sightings
from crawler.store.visits import Seen, SeenWay, save_ways
from crawler.store.writing import chunks, insert_new


@dataclass(frozen=True, slots=True)
class FetchedUrl:
    """A page that was asked for, whether or not it carried an ad."""

    url: str
    status: int
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class SeenAd:
    """One ad as it was seen once. `content_hash` covers all that a reader of the ad would see."""

    source: str
    url: str
    content_hash: str
    seen_at: datetime
    capture_id: int
    listing_capture_id: int | None
    """Capture of the listing that said part of the ad; None where its own page said it all."""
    text: str
    title: str | None
    organization: str | None
    contact: str | None
    published_on: date | None
    posting: dict[str, Any]
    pictures: str | None = None
    """crawler.store.images.PictureState."""
    way: SeenWay | None = None
    """How it can be come by again."""
    how: Seen = Seen.PAGE


def save_pages(connection: Connection, source: str, fetched: Iterable[FetchedUrl]) -> None:
    """Notes the pages; one fetched before only gets its newest time and status."""
    newest = {url_key(page.url): page for page in fetched}
    insert_new(
        connection,
        pages,
        [
            {
                "source": source,
                "url": page.url,
                "url_key": key,
                "first_fetched": page.fetched_at,
                "last_fetched": page.fetched_at,
                "status": page.status,
            }
            for key, page in sorted(newest.items())
        ],
    )
    if newest:
        connection.execute(
            update(pages)
            .where(pages.c.url_key == bindparam("key"))
            .values(last_fetched=bindparam("at"), status=bindparam("code")),
            [{"key": key, "at": page.fetched_at, "code": page.status} for key, page in sorted(newest.items())],
        )


def save_seen_ads(connection: Connection, seen: Sequence[SeenAd], *, night_id: int) -> int:
    """Stores ads, versions that are new, and one sighting an ad and night. Returns how many ads were new."""
    # Sorted, so that two processes on PostgreSQL take row locks in the same order.
    newest = dict(sorted({url_key(ad.url): ad for ad in seen}.items()))
    if not newest:
        return 0
    known = _ad_ids(connection, newest)
    insert_new(connection, ads, [_ad_row(key, ad) for key, ad in newest.items() if key not in known])
    ad_ids = _ad_ids(connection, newest)
    rows = [_version_row(ad_ids[key], ad) for key, ad in newest.items()]
    insert_new(connection, ad_versions, rows)
    version_ids = _version_ids(connection, ad_ids.values())
    found = [(ad, ad_ids[key], version_ids[ad_ids[key], ad.content_hash]) for key, ad in newest.items()]
    _point_to_newest(connection, found)
    insert_new(
        connection,
        sightings,
        [
            {
                "ad_id": ad_id,
                "version_id": version_id,
                "night_id": night_id,
                "capture_id": ad.capture_id,
                "seen_at": ad.seen_at,
                "how": ad.how.value,
            }
            for ad, ad_id, version_id in found
        ],
    )
    save_ways(connection, [(ad_id, ad.way, ad.seen_at, ad.capture_id) for ad, ad_id, _ in found if ad.way])
    return len(newest) - len(known)


def count_run(connection: Connection, *, night_id: int, source: str) -> dict[str, int]:
    """What the source's run of that night brought, also where it took two attempts: `pages`, `ads`, `new_ads`.

    `ads` are those that listings showed, read anew or not; visits to the pages of others are none.
    """
    seen = (
        select(func.count())
        .select_from(sightings.join(ads, ads.c.id == sightings.c.ad_id))
        .where(sightings.c.night_id == night_id, ads.c.source == source, sightings.c.how != Seen.REVISIT.value)
    )
    began = select(runs.c.started_at).where(runs.c.night_id == night_id, runs.c.source == source).scalar_subquery()
    fetched = select(func.count()).where(pages.c.source == source, pages.c.last_fetched >= began)
    return {
        "pages": connection.scalar(fetched) or 0,
        "ads": connection.scalar(seen) or 0,
        "new_ads": connection.scalar(seen.where(ads.c.first_seen == sightings.c.seen_at)) or 0,
    }


def _ad_ids(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in chunks(keys):
        rows = connection.execute(select(ads.c.url_key, ads.c.id).where(ads.c.url_key.in_(some)))
        found.update({row.url_key: row.id for row in rows})
    return found


def _version_ids(connection: Connection, ad_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    columns = ad_versions.c.ad_id, ad_versions.c.content_hash, ad_versions.c.id
    for some in chunks(ad_ids):
        for row in connection.execute(select(*columns).where(ad_versions.c.ad_id.in_(some))):
            found[row.ad_id, row.content_hash] = row.id
    return found


def _ad_row(key: str, ad: SeenAd) -> dict[str, Any]:
    return {
        "source": ad.source,
        "url": ad.url,
        "url_key": key,
        "first_seen": ad.seen_at,
        "last_seen": ad.seen_at,
    }


def _version_row(ad_id: int, ad: SeenAd) -> dict[str, Any]:
    return {
        "ad_id": ad_id,
        "content_hash": ad.content_hash,
        "first_seen": ad.seen_at,
        "capture_id": ad.capture_id,
        "listing_capture_id": ad.listing_capture_id,
        "title": ad.title,
        "text": ad.text,
        "organization": ad.organization,
        "contact": ad.contact,
        "published_on": ad.published_on,
        "posting": ad.posting,
        "pictures": ad.pictures,
    }


def _point_to_newest(connection: Connection, found: Sequence[tuple[SeenAd, int, int]]) -> None:
    connection.execute(
        update(ads)
        .where(ads.c.id == bindparam("ad"))
        .values(version_id=bindparam("version"), last_seen=bindparam("at")),
        # In the order in which judging writes too, which may go on beside: so they seldom wait for each other, and
        # `in_transaction` ends it where they do.
        [
            {"ad": ad_id, "version": version_id, "at": ad.seen_at}
            for ad, ad_id, version_id in sorted(found, key=lambda one: one[1])
        ],
    )
