"""What the desk shows of one case, read in a number of queries that does not grow with the store.

What it means is told in `alerts.desk`, lists of cases stand in `crawler.store.case_lists`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    select,
)

from crawler.evidence.warc import Capture
from crawler.store.assessments import belongs_to_mediator
from crawler.store.case_lists import worst_first
from crawler.store.images import pictures_of_versions, told_text
from crawler.store.links import with_joined
from crawler.store.schema import (
    ad_versions,
    ads,
    captures,
    cases,
    sightings,
)
from crawler.store.screenshots import screenshots_of


@dataclass(frozen=True, slots=True)
class Copy:
    """One ad of a case as it stands now, with the capture of that version."""

    ad_id: int
    source: str
    url: str
    title: str | None
    text: str
    first_seen: datetime
    last_seen: datetime
    capture: Capture


@dataclass(frozen=True, slots=True)
class Seen:
    """One time an ad of the case was seen."""

    ad_id: int
    source: str
    url: str
    seen_at: datetime
    record_id: str


@dataclass(frozen=True, slots=True)
class SisterCase:
    """Another case of the same series: the same offer by somebody else."""

    id: int
    state: str
    level: str
    mediator_key: str


def read_copies(connection: Connection, case_id: int, *, limit: int) -> list[Copy]:
    """The case's ads, oldest first, at most `limit` of them."""
    statement = (
        select(
            ads.c.id.label("ad_id"),
            ads.c.source,
            ads.c.url.label("ad_url"),
            ad_versions.c.title,
            told_text(),
            ads.c.first_seen,
            ads.c.last_seen,
            *_capture_columns(),
        )
        .select_from(
            cases.join(ads, ads.c.series_id == cases.c.series_id)
            .join(ad_versions, ad_versions.c.id == ads.c.version_id)
            .join(captures, captures.c.id == ad_versions.c.capture_id)
        )
        .where(cases.c.id.in_(with_joined(connection, case_id)), belongs_to_mediator())
        .order_by(ads.c.first_seen, ads.c.id)
        .limit(limit)
    )
    return [
        Copy(row.ad_id, row.source, row.ad_url, row.title, row.text, row.first_seen, row.last_seen, _capture(row))
        for row in connection.execute(statement)
    ]


def read_sightings(connection: Connection, case_id: int, *, limit: int) -> list[Seen]:
    """When the case's ads were seen, newest first, at most `limit` times."""
    statement = (
        select(ads.c.id.label("ad_id"), ads.c.source, ads.c.url, sightings.c.seen_at, captures.c.record_id)
        .select_from(
            cases.join(ads, ads.c.series_id == cases.c.series_id)
            .join(sightings, sightings.c.ad_id == ads.c.id)
            .join(captures, captures.c.id == sightings.c.capture_id)
        )
        .where(cases.c.id.in_(with_joined(connection, case_id)), belongs_to_mediator())
        .order_by(sightings.c.seen_at.desc(), ads.c.id)
        .limit(limit)
    )
    return [Seen(**row._mapping) for row in connection.execute(statement)]


_here = cases.alias("here")


def sister_cases(connection: Connection, case_id: int, *, limit: int) -> list[SisterCase]:
    """Other cases of the same series, worst first."""
    statement = (
        select(cases.c.id, cases.c.state, cases.c.level, cases.c.mediator_key)
        .join(_here, and_(_here.c.series_id == cases.c.series_id, _here.c.id == case_id))
        .where(cases.c.id != case_id)
        .order_by(*worst_first())
        .limit(limit)
    )
    return [SisterCase(**row._mapping) for row in connection.execute(statement)]


def pictures_for_lists(connection: Connection, version_ids: Sequence[int]) -> dict[int, str]:
    """By version the WARC-Record-ID of the picture it is known by: the first that the ad shows, else of its page."""
    found = _screenshots(connection, version_ids)
    for version, pictures in pictures_of_versions(connection, version_ids).items():
        if shown := next((picture for picture in pictures if picture.problem is None), None):
            found[version] = shown.record_id
    return found


def screenshot_of(connection: Connection, version_id: int) -> str | None:
    """WARC-Record-ID of the picture of the page that the version was read from."""
    return _screenshots(connection, [version_id]).get(version_id)


def _screenshots(connection: Connection, version_ids: Sequence[int]) -> dict[int, str]:
    """Those made when the page was rendered for reading, and those made later."""
    statement = (
        select(ad_versions.c.id, captures.c.screenshot_record_id)
        .join(captures, captures.c.id == ad_versions.c.capture_id)
        .where(ad_versions.c.id.in_(version_ids), captures.c.screenshot_record_id.is_not(None))
    )
    rendered = {row.id: row.screenshot_record_id for row in connection.execute(statement)}
    later = {version: capture.record_id for version, capture in screenshots_of(connection, version_ids).items()}
    return rendered | later


def find_capture(connection: Connection, capture_id: int) -> Capture | None:
    """The capture of that row number."""
    row = connection.execute(select(*_capture_columns()).where(captures.c.id == capture_id)).first()
    return _capture(row) if row else None


def _capture_columns() -> list[ColumnElement[Any]]:
    return [column.label(f"capture_{column.name}") for column in captures.c if column.name != "id"]


def _capture(row: Row[Any]) -> Capture:
    prefix = "capture_"
    return Capture(
        **{name.removeprefix(prefix): value for name, value in row._mapping.items() if name.startswith(prefix)}
    )
