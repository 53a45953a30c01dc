"""Counts over the store: of everything, and of one night source by source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, Table, and_, distinct, func, select

from crawler.baseline import HealthState
from crawler.store.assessments import is_current
from crawler.store.health import health_by_source
from crawler.store.schema import (
    ads,
    assessments,
    captures,
    cases,
    drafts,
    images,
    pages,
    runs,
    series,
    sightings,
)

COUNTED: Mapping[str, Table] = {
    "pages": pages,
    "ads": ads,
    "series": series,
    "sightings": sightings,
    "cases": cases,
    "drafts": drafts,
    "captures": captures,
    "images": images,
}


@dataclass(frozen=True, slots=True)
class SourceNight:
    """What one source brought in one night."""

    source: str
    outcome: str | None
    """crawler.health.RunOutcome; None: still running or cut off."""
    pages: int
    ads: int
    new_ads: int
    series: int
    flagged: int
    """Ads whose current assessment is above low."""
    drafts: int
    problems: dict[str, int]
    failure: str | None
    """Failure class, see `crawler.health.failure_class`; None: nothing went wrong."""
    health: str | None
    """crawler.baseline.HealthState; None: still running or cut off."""
    reasons: tuple[str, ...]
    """Of that state, see `crawler.baseline.Health`."""
    listings: int
    read: int
    """Ads read field by field."""
    revisited: int
    fields: dict[str, int]
    """How many of the ads read had each field."""
    bytes: int | None
    seconds: float | None
    memory: int | None
    """Most that the spider's process held, bytes."""


def count_all(connection: Connection) -> dict[str, int]:
    """The counts of `adwatch status --json`; `pages` are distinct pages, `sources` those that ever ran.

    `sources_flagged` and `sources_failing` stand so after their newest run.
    """
    counts = {name: connection.scalar(select(func.count()).select_from(table)) or 0 for name, table in COUNTED.items()}
    counts["sources"] = connection.scalar(select(func.count(distinct(runs.c.source)))) or 0
    standing = [health.state for health in health_by_source(connection).values()]
    counts["sources_flagged"] = standing.count(HealthState.FLAGGED)
    counts["sources_failing"] = standing.count(HealthState.FAILING)
    return counts


def sources_of_night(connection: Connection, night_id: int) -> list[SourceNight]:
    """Every source that ran in the night, by name."""
    by_source = _seen_by_source(connection, night_id)
    drafted = _drafts_by_source(connection, night_id)
    rows = connection.execute(select(runs).where(runs.c.night_id == night_id).order_by(runs.c.source))
    return [
        SourceNight(
            source=row.source,
            outcome=row.outcome,
            pages=row.pages,
            ads=row.ads,
            new_ads=row.new_ads,
            series=by_source.get(row.source, (0, 0))[0],
            flagged=by_source.get(row.source, (0, 0))[1],
            drafts=drafted.get(row.source, 0),
            problems=dict(row.problems),
            failure=row.failure,
            health=row.health,
            reasons=tuple(row.reasons or ()),
            listings=row.listings,
            read=row.read,
            revisited=row.revisited,
            fields=dict(row.fields or {}),
            bytes=row.bytes,
            seconds=(row.finished_at - row.started_at).total_seconds() if row.finished_at else None,
            memory=row.memory,
        )
        for row in rows
    ]


def last_runs(connection: Connection) -> dict[str, tuple[datetime | None, str | None, int]]:
    """For each source that ever ran: end, outcome and ads of its newest run."""
    newest = select(func.max(runs.c.id)).group_by(runs.c.source)
    rows = connection.execute(select(runs).where(runs.c.id.in_(newest)))
    return {row.source: (row.finished_at, row.outcome, row.ads) for row in rows}


def _seen_by_source(connection: Connection, night_id: int) -> dict[str, tuple[int, int]]:
    statement: Select[str, int, int] = (
        select(ads.c.source, func.count(distinct(ads.c.series_id)), func.count(assessments.c.id))
        .select_from(
            sightings.join(ads, ads.c.id == sightings.c.ad_id).outerjoin(
                assessments, and_(is_current(), assessments.c.level != "low")
            )
        )
        .where(sightings.c.night_id == night_id)
        .group_by(ads.c.source)
    )
    return {source: (in_series, flagged) for source, in_series, flagged in connection.execute(statement)}


def _drafts_by_source(connection: Connection, night_id: int) -> dict[str, int]:
    statement: Select[str, int] = (
        select(ads.c.source, func.count(distinct(drafts.c.id)).label("made"))
        .select_from(
            sightings.join(ads, ads.c.id == sightings.c.ad_id)
            .join(cases, cases.c.series_id == ads.c.series_id)
            .join(drafts, drafts.c.case_id == cases.c.id)
        )
        .where(sightings.c.night_id == night_id)
        .group_by(ads.c.source)
    )
    return {row.source: row.made for row in connection.execute(statement)}
