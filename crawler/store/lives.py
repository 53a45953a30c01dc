"""What the life of an offer is told from: its ads with all versions and sightings, and how its sources' runs went.

What these facts amount to is told in `pipelines.life`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, select

from crawler.store.assessments import is_current
from crawler.store.cases import CaseRow
from crawler.store.schema import ad_versions, ads, assessments, captures, cases, misses, runs, sightings
from crawler.store.writing import chunks


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version of an ad."""

    id: int
    ad_id: int
    title: str | None
    text: str
    organization: str | None
    contact: str | None
    published_on: date | None


@dataclass(frozen=True, slots=True)
class Observation:
    """One time an ad was seen, in a version, kept by a capture."""

    ad_id: int
    version_id: int
    at: datetime
    record_id: str


@dataclass(frozen=True, slots=True)
class AdLife:
    """One ad with all that was seen of it, the oldest first; at least one observation."""

    id: int
    source: str
    url: str
    versions: tuple[StoredVersion, ...]
    observations: tuple[Observation, ...]
    gone: tuple[datetime, ...] = ()
    """When its own page was asked for and was not there, the oldest first."""


@dataclass(frozen=True, slots=True)
class CompleteRun:
    """A run of a source that met no fault and read all pages: it saw all that the source showed, back to `reached`."""

    source: str
    started_at: datetime
    finished_at: datetime
    reached: datetime
    """When the oldest ad that it saw was first seen; a run says nothing of older ads."""


@dataclass(frozen=True, slots=True)
class CaseVersion:
    """A version of an ad of a case that was judged."""

    case_id: int
    version: StoredVersion
    first_judged: datetime
    is_current: bool
    """The ad stands so now."""


def lives_of_case(connection: Connection, case: CaseRow, *, limit: int) -> list[AdLife]:
    """The case's ads, the oldest first, at most `limit` of them: those that belong to it as they stand now."""
    belongs = exists().where(is_current(), assessments.c.mediator_key == case.mediator_key)
    chosen = (
        select(ads.c.id, ads.c.source, ads.c.url)
        .where(ads.c.series_id == case.series_id, belongs)
        .order_by(ads.c.first_seen, ads.c.id)
        .limit(limit)
    )
    rows = connection.execute(chosen).all()
    ids = [row.id for row in rows]
    versions, seen, gone = _versions(connection, ids), _observations(connection, ids), _misses(connection, ids)
    return [
        AdLife(row.id, row.source, row.url, tuple(versions[row.id]), tuple(seen[row.id]), tuple(gone[row.id]))
        for row in rows
        if seen[row.id]
    ]


def complete_runs(connection: Connection, sources: Iterable[str], *, since: datetime) -> list[CompleteRun]:
    """Runs of these sources that began since then and ended well, the oldest first."""
    columns = runs.c.source, runs.c.started_at, runs.c.finished_at, runs.c.reached
    statement = select(*columns).where(
        runs.c.source.in_(sorted(set(sources))),
        runs.c.started_at >= since,
        runs.c.outcome == "ok",
        runs.c.finished_at.is_not(None),
        runs.c.reached.is_not(None),
    )
    return [CompleteRun(**row._mapping) for row in connection.execute(statement.order_by(runs.c.finished_at))]


def versions_of_cases(connection: Connection, case_ids: Iterable[int]) -> dict[int, list[CaseVersion]]:
    """By case: all versions that were ever judged to be of its series and mediator, the oldest first."""
    by_case: dict[int, list[CaseVersion]] = defaultdict(list)
    for some in chunks(sorted(set(case_ids))):
        judged = (
            select(
                cases.c.id.label("case_id"),
                assessments.c.version_id,
                func.min(assessments.c.assessed_at).label("first_judged"),
            )
            .select_from(
                cases.join(ads, ads.c.series_id == cases.c.series_id)
                .join(ad_versions, ad_versions.c.ad_id == ads.c.id)
                .join(
                    assessments,
                    and_(
                        assessments.c.version_id == ad_versions.c.id,
                        # An expression, because the index of mediators leads through all ads of one, or of nobody.
                        func.coalesce(assessments.c.mediator_key, "") == cases.c.mediator_key,
                    ),
                )
            )
            .where(cases.c.id.in_(some))
            .group_by(cases.c.id, assessments.c.version_id)
            .subquery()
        )
        is_now = (ads.c.version_id == ad_versions.c.id).label("is_current")
        statement = (
            select(judged.c.case_id, judged.c.first_judged, is_now, *_version_columns())
            .join(ad_versions, ad_versions.c.id == judged.c.version_id)
            .join(ads, ads.c.id == ad_versions.c.ad_id)
            .order_by(ad_versions.c.id)
        )
        for row in connection.execute(statement):
            version = CaseVersion(row.case_id, _version(row), row.first_judged, bool(row.is_current))
            by_case[row.case_id].append(version)
    return by_case


def _versions(connection: Connection, ad_ids: Sequence[int]) -> dict[int, list[StoredVersion]]:
    found: dict[int, list[StoredVersion]] = defaultdict(list)
    for some in chunks(ad_ids):
        statement = select(*_version_columns()).where(ad_versions.c.ad_id.in_(some)).order_by(ad_versions.c.id)
        for row in connection.execute(statement):
            found[row.ad_id].append(_version(row))
    return found


def _misses(connection: Connection, ad_ids: Sequence[int]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    for some in chunks(ad_ids):
        statement = select(misses.c.ad_id, misses.c.at).where(misses.c.ad_id.in_(some)).order_by(misses.c.at)
        for row in connection.execute(statement):
            found[row.ad_id].append(row.at)
    return found


def _observations(connection: Connection, ad_ids: Sequence[int]) -> dict[int, list[Observation]]:
    """By ad, the oldest first; a version that came twice in one night has no sighting, and was seen all the same."""
    found: dict[int, list[Observation]] = defaultdict(list)
    for some in chunks(ad_ids):
        sighted = (
            select(sightings.c.ad_id, sightings.c.version_id, sightings.c.seen_at.label("at"), captures.c.record_id)
            .join(captures, captures.c.id == sightings.c.capture_id)
            .where(sightings.c.ad_id.in_(some))
        )
        unsighted = (
            select(
                ad_versions.c.ad_id,
                ad_versions.c.id.label("version_id"),
                ad_versions.c.first_seen.label("at"),
                captures.c.record_id,
            )
            .join(captures, captures.c.id == ad_versions.c.capture_id)
            .where(ad_versions.c.ad_id.in_(some), ~_is_sighted())
        )
        for statement in (sighted, unsighted):
            for row in connection.execute(statement):
                found[row.ad_id].append(Observation(**row._mapping))
    return defaultdict(list, {ad_id: sorted(seen, key=lambda one: one.at) for ad_id, seen in found.items()})


def _is_sighted() -> ColumnElement[bool]:
    return exists().where(and_(sightings.c.ad_id == ad_versions.c.ad_id, sightings.c.version_id == ad_versions.c.id))


def _version_columns() -> list[ColumnElement[Any]]:
    return [getattr(ad_versions.c, name) for name in StoredVersion.__slots__]


def _version(row: Row[Any]) -> StoredVersion:
    return StoredVersion(**{name: getattr(row, name) for name in StoredVersion.__slots__})
