"""What belongs to ads as evidence: captures, pages, and what the custody log says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, select

from crawler.evidence.warc import Capture
from crawler.store.captures import capture_of
from crawler.store.schema import ad_images, ad_versions, ads, captures, custody, images, intakes, screenshots, sightings
from crawler.store.writing import chunks


@dataclass(frozen=True, slots=True)
class ShownAd:
    """A page on which an ad stood, in one version."""

    url: str
    fetched_at: datetime
    title: str | None


def captures_of_ads(connection: Connection, ad_ids: Collection[int]) -> list[Capture]:
    """All captures that these ads rest on, with the records that they refer to; in the order of the files."""
    found: dict[str, Capture] = {}
    for some in chunks(sorted(set(ad_ids))):
        for statement in _capture_ids(some):
            _add(found, connection, captures.c.id, set(connection.scalars(statement)) - {None})
    return _with_what_they_refer_to(connection, found)


def captures_named(connection: Connection, record_ids: Iterable[str]) -> list[Capture]:
    """The captures of these WARC-Record-IDs that are there, with those they refer to, in the order of the files."""
    found: dict[str, Capture] = {}
    _add(found, connection, captures.c.record_id, set(record_ids))
    return _with_what_they_refer_to(connection, found)


def all_captures(connection: Connection) -> list[Capture]:
    """Every capture, in the order of the files."""
    ordered = select(captures).order_by(captures.c.file, captures.c.offset)
    return [capture_of(row) for row in connection.execute(ordered)]


def all_ads(connection: Connection) -> list[int]:
    """Ids of every ad."""
    return list(connection.scalars(select(ads.c.id).order_by(ads.c.id)))


def shown_ads(connection: Connection, ad_ids: Collection[int]) -> list[ShownAd]:
    """The page of every version of these ads, the oldest first."""
    found = []
    for some in chunks(sorted(set(ad_ids))):
        statement = (
            select(captures.c.url, captures.c.fetched_at, ad_versions.c.title)
            .join(ad_versions, ad_versions.c.capture_id == captures.c.id)
            .where(ad_versions.c.ad_id.in_(some))
        )
        found += [ShownAd(**row._mapping) for row in connection.execute(statement)]
    return sorted(set(found), key=lambda shown: (shown.fetched_at, shown.url))


def custody_of(connection: Connection, subjects: Iterable[str]) -> list[dict[str, Any]]:
    """The entries of the custody log about these records and files, in order, each with what its seal is made from."""
    columns = [custody.c[name] for name in ("seq", "at", "event", "subject", "digest", "previous", "hash")]
    found = []
    for some in chunks(sorted(set(subjects))):
        rows = connection.execute(select(*columns).where(custody.c.subject.in_(some)))
        found += [{**row._mapping, "at": row.at.isoformat(timespec="microseconds")} for row in rows]
    return sorted(found, key=lambda entry: int(entry["seq"]))


def _capture_ids(ad_ids: Sequence[int]) -> Iterator[Any]:
    of_versions = ad_versions.c.ad_id.in_(ad_ids)
    yield select(ad_versions.c.capture_id).where(of_versions)
    yield select(ad_versions.c.listing_capture_id).where(of_versions)
    yield select(sightings.c.capture_id).where(sightings.c.ad_id.in_(ad_ids))
    yield select(intakes.c.page_capture_id).where(intakes.c.ad_id.in_(ad_ids))
    for table in (ad_images, screenshots):
        beside = table.join(ad_versions, ad_versions.c.id == table.c.version_id)
        yield select(table.c.capture_id).select_from(beside).where(of_versions)
    pictures = ad_images.join(ad_versions, ad_versions.c.id == ad_images.c.version_id).join(
        images, images.c.id == ad_images.c.image_id
    )
    yield select(images.c.capture_id).select_from(pictures).where(of_versions)


def _with_what_they_refer_to(connection: Connection, found: dict[str, Capture]) -> list[Capture]:
    missing = _named_by(found.values()) - found.keys()
    while missing:
        before = len(found)
        _add(found, connection, captures.c.record_id, missing)
        missing = _named_by(found.values()) - found.keys() if len(found) > before else set()
    return sorted(found.values(), key=lambda capture: (capture.file, capture.offset))


def _named_by(found: Iterable[Capture]) -> set[str]:
    return {name for one in found for name in (one.revisit_of, one.screenshot_record_id) if name}


def _add(found: dict[str, Capture], connection: Connection, column: Column[Any], values: Iterable[Any]) -> None:
    for some in chunks(sorted(values)):
        for row in connection.execute(select(captures).where(column.in_(some))):
            found[row.record_id] = capture_of(row)
