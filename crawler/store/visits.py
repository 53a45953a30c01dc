"""How each ad is come by again: where listings lead, what they said, and what visits to its own page found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, bindparam, func, not_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawler.addresses import short_key
from crawler.baseline import Paged
from crawler.evidence.warc import Capture
from crawler.store.captures import capture_of
from crawler.store.schema import ad_versions, ad_visits, ads, captures, misses, nights, runs, sightings
from crawler.store.writing import chunks, insert_new
from crawler.visiting import KnownAds, Visit, due_on

KNOWN_FOR = timedelta(days=30)
"""An ad not seen for longer is read again when a listing shows it."""
MOST_KNOWN = 200_000
"""Ads of one source that a run is told of, some 20 MB; beyond it the ones seen longest ago are read again."""


class Seen(StrEnum):
    """How an ad was seen in a night."""

    PAGE = "page"
    """It was read, on its own page or as a whole on a listing."""
    LISTING = "listing"
    """A listing still showed it and said the same."""
    REVISIT = "revisit"
    """Its own page was visited without a listing leading there."""


@dataclass(frozen=True, slots=True)
class SeenWay:
    """How an ad that was read can be come by again."""

    url: str
    facts: int
    has_own_page: bool
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class StoredVisit:
    """An ad as its last visit left it."""

    ad_id: int
    version_id: int
    capture: Capture | None
    """Of its own page."""


def read_known(connection: Connection, source: str, *, night_id: int, now: datetime, most_visits: int) -> KnownAds:
    """What a run of this source needs to know of its ads."""
    began = connection.execute(select(nights.c.started_at).where(nights.c.id == night_id)).scalar_one()
    statement = (
        select(ad_visits.c.link_key, ad_visits.c.facts, ads.c.first_seen)
        .join(ads, ads.c.id == ad_visits.c.ad_id)
        .where(ads.c.source == source, ads.c.last_seen >= now - KNOWN_FOR, not_(_was_missed()))
        .order_by(ads.c.last_seen.desc())
        .limit(MOST_KNOWN)
    )
    known = connection.execute(statement).all()
    return KnownAds(
        facts={row.link_key: row.facts for row in known},
        tonight=frozenset(row.link_key for row in known if row.first_seen >= began),
        due=_due_visits(connection, source, now=now, most=most_visits),
        may_stop=_was_swept(connection, source),
    )


def save_ways(connection: Connection, found: Sequence[tuple[int, SeenWay, datetime, int]]) -> None:
    """Stores the ways to these ads: each ad's id, its way, when it was read and the capture of its page."""
    if not found:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(ad_visits)
    newer = {column.name: statement.excluded[column.name] for column in ad_visits.c if column.name != "ad_id"}
    rows = [_way_row(*one) for one in found]
    connection.execute(statement.on_conflict_do_update(index_elements=["ad_id"], set_=newer), rows)
    _plan(connection, [ad_id for ad_id, way, _, _ in found if way.has_own_page])


def stored_visits(connection: Connection, source: str, keys: Iterable[int]) -> dict[int, list[StoredVisit]]:
    """The ads to which these links lead, by the link's key."""
    found: dict[int, list[StoredVisit]] = {}
    for some in chunks(sorted(set(keys))):
        statement = (
            select(ad_visits.c.link_key, ads.c.id.label("ad_id"), ads.c.version_id, captures)
            .select_from(
                ad_visits.join(ads, ads.c.id == ad_visits.c.ad_id).outerjoin(
                    captures, captures.c.id == ad_visits.c.capture_id
                )
            )
            .where(ad_visits.c.link_key.in_(some), ads.c.source == source)
        )
        for row in connection.execute(statement):
            capture = capture_of(row) if row.record_id is not None else None
            found.setdefault(row.link_key, []).append(StoredVisit(row.ad_id, row.version_id, capture))
    return found


def save_seen_again(
    connection: Connection,
    visits: Iterable[StoredVisit],
    *,
    night_id: int,
    capture_id: int,
    at: datetime,
    how: Seen,
) -> None:
    """Notes that these ads were seen as they are known; one that was seen this night already keeps that sighting."""
    seen = sorted(visits, key=lambda visit: visit.ad_id)
    rows = [
        {
            "ad_id": visit.ad_id,
            "version_id": visit.version_id,
            "night_id": night_id,
            "capture_id": capture_id,
            "seen_at": at,
            "how": how.value,
        }
        for visit in seen
    ]
    insert_new(connection, sightings, rows)
    for some in chunks(visit.ad_id for visit in seen):
        connection.execute(update(ads).where(ads.c.id.in_(some), ads.c.last_seen < at).values(last_seen=at))
        # What was missed before counts no longer.
        _plan(connection, connection.scalars(select(misses.c.ad_id).where(misses.c.ad_id.in_(some)).distinct()).all())
        if how is Seen.LISTING:
            _note_listed(connection, some, night_id=night_id)


def _note_listed(connection: Connection, ad_ids: Sequence[int], *, night_id: int) -> None:
    """A listing shows these ads: a visit of this night that was kept before was not the only way to them."""
    visited = sightings.c.night_id == night_id, sightings.c.how == Seen.REVISIT.value
    read = update(sightings).where(sightings.c.ad_id.in_(ad_ids), *visited).values(how=Seen.PAGE.value)
    connection.execute(read)


def note_visit(connection: Connection, visits: Iterable[StoredVisit], *, at: datetime) -> None:
    """Notes when the ads' own page was visited."""
    for some in chunks(visit.ad_id for visit in visits):
        connection.execute(update(ad_visits).where(ad_visits.c.ad_id.in_(some)).values(visited_at=at))
        _plan(connection, some)


def save_misses(
    connection: Connection, visits: Iterable[StoredVisit], *, night_id: int, at: datetime, status: int
) -> None:
    """Notes that the ads' own page was asked for and is gone."""
    rows = [{"ad_id": visit.ad_id, "night_id": night_id, "at": at, "status": status} for visit in visits]
    insert_new(connection, misses, rows)


def _way_row(ad_id: int, way: SeenWay, at: datetime, capture_id: int) -> dict[str, Any]:
    own = way.has_own_page
    return {
        "ad_id": ad_id,
        "link": way.url if own else None,
        "link_key": short_key(way.url),
        "facts": way.facts,
        "visited_at": at if own else None,
        "due": None,
        "capture_id": capture_id if own else None,
        "etag": way.etag if own else None,
        "last_modified": way.last_modified if own else None,
    }


def _was_missed() -> ColumnElement[bool]:
    """Its page was found gone after it was last seen."""
    return select(misses.c.id).where(misses.c.ad_id == ads.c.id, misses.c.at > ads.c.last_seen).exists()


def _was_swept(connection: Connection, source: str) -> bool:
    newest = (
        select(runs.c.paged)
        .where(runs.c.source == source, runs.c.finished_at.is_not(None))
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    return connection.scalar(newest) in (Paged.END.value, Paged.KNOWN.value)


def _due_visits(connection: Connection, source: str, *, now: datetime, most: int) -> dict[int, Visit]:
    statement = (
        select(ad_visits, ad_versions.c.listing_capture_id)
        .select_from(_visited())
        .where(ads.c.source == source, ad_visits.c.due <= now.date(), ad_visits.c.visited_at < now)
        .order_by(ad_visits.c.due, ad_visits.c.ad_id)
        .limit(most)
    )
    return {row.link_key: _visit(row) for row in connection.execute(statement)}


def _visited() -> FromClause:
    """Each ad with its way and its version of now."""
    current = and_(ad_versions.c.id == ads.c.version_id, ad_versions.c.ad_id == ads.c.id)
    return ad_visits.join(ads, ads.c.id == ad_visits.c.ad_id).join(ad_versions, current)


def _plan(connection: Connection, ad_ids: Iterable[int]) -> None:
    """Notes from when on these ads are due, by what is known of them now."""
    missed = (
        select(func.count(misses.c.id))
        .where(misses.c.ad_id == ads.c.id, misses.c.at > ads.c.last_seen)
        .scalar_subquery()
        .label("missed")
    )
    changed = ad_versions.c.first_seen.label("changed_at")
    for some in chunks(sorted(ad_ids)):
        statement = select(ad_visits.c.ad_id, ad_visits.c.visited_at, changed, missed).select_from(_visited())
        found = connection.execute(
            statement.where(ad_visits.c.ad_id.in_(some), ad_visits.c.visited_at.is_not(None))
        ).all()
        rows = [
            {"ad": row.ad_id, "day": due_on(row.changed_at.date(), row.visited_at.date(), misses=row.missed)}
            for row in found
        ]
        if rows:
            planned = update(ad_visits).where(ad_visits.c.ad_id == bindparam("ad")).values(due=bindparam("day"))
            connection.execute(planned, rows)


def _visit(row: Row[Any]) -> Visit:
    has_capture = row.capture_id is not None
    return Visit(
        key=row.link_key,
        url=row.link,
        etag=row.etag if has_capture else None,
        last_modified=row.last_modified if has_capture else None,
        needs_listing=row.listing_capture_id is not None,
    )
