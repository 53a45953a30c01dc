"""Screenshots of flagged ads: which versions want one, and what became of asking for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select, update

from crawler.assessment import RiskLevel
from crawler.evidence.warc import Capture
from crawler.manifest import MANUAL_SOURCE
from crawler.store.assessments import is_current
from crawler.store.captures import capture_of
from crawler.store.schema import ad_versions, ads, assessments, captures, screenshots
from crawler.store.writing import chunks, insert_new

MOST_TRIES = 3
"""Nights in which a page that could not be pictured is opened again."""
FINAL = frozenset(("gone", "robots", "forbidden_address"))
"""Problems that another night will not mend."""


@dataclass(frozen=True, slots=True)
class WantedScreenshot:
    """A version of a flagged ad without a picture of its page."""

    version_id: int
    source: str
    url: str
    record_id: str
    """WARC-Record-ID of the capture that the version was read from."""


def wanted_screenshots(connection: Connection, *, level: RiskLevel) -> list[WantedScreenshot]:
    """Current versions of ads at that level or above which have no screenshot, the worst first.

    A page that was rendered when it was read has one already.
    """
    enough = [one.value for one in RiskLevel if one.rank >= level.rank]
    undone = or_(
        screenshots.c.version_id.is_(None),
        and_(
            screenshots.c.capture_id.is_(None),
            screenshots.c.tries < MOST_TRIES,
            screenshots.c.problem.not_in(FINAL),
        ),
    )
    statement = (
        select(ad_versions.c.id.label("version_id"), ads.c.source, ads.c.url, captures.c.record_id)
        .select_from(
            ads.join(ad_versions, ad_versions.c.id == ads.c.version_id)
            .join(assessments, is_current())
            .join(captures, captures.c.id == ad_versions.c.capture_id)
            .outerjoin(screenshots, screenshots.c.version_id == ad_versions.c.id)
        )
        # What a person brought by hand is shown as it was brought, and its address is that person's word.
        .where(ads.c.source != MANUAL_SOURCE, captures.c.screenshot_record_id.is_(None))
        .where(assessments.c.level.in_(enough), undone)
        .order_by(assessments.c.score.desc(), ad_versions.c.id)
    )
    return [WantedScreenshot(**row._mapping) for row in connection.execute(statement)]


def note_screenshot(
    connection: Connection,
    version_id: int,
    *,
    at: datetime,
    problem: str | None,
    capture_id: int | None,
    was_asked: bool = True,
) -> None:
    """Notes what opening the page brought: a capture, a problem, or a capture that shows the problem.

    Or why it was not opened; that is no try.
    """
    insert_new(connection, screenshots, [{"version_id": version_id, "asked_at": at, "tries": 0}])
    connection.execute(
        update(screenshots)
        .where(screenshots.c.version_id == version_id)
        .values(asked_at=at, tries=screenshots.c.tries + int(was_asked), problem=problem, capture_id=capture_id)
    )


def screenshots_of(connection: Connection, version_ids: Iterable[int]) -> dict[int, Capture]:
    """The captures of the screenshots of these versions, by version."""
    found: dict[int, Capture] = {}
    for some in chunks(sorted(set(version_ids))):
        statement = select(screenshots.c.version_id, captures).join(captures, captures.c.id == screenshots.c.capture_id)
        for row in connection.execute(statement.where(screenshots.c.version_id.in_(some))):
            found[row.version_id] = capture_of(row)
    return found


def screenshots_beside(connection: Connection, record_id: str) -> list[str]:
    """WARC-Record-IDs of the screenshots of ads that were read from the capture of that WARC-Record-ID."""
    page, shot = captures.alias(), captures.alias()
    statement = (
        select(shot.c.record_id)
        .distinct()
        .select_from(
            screenshots.join(shot, shot.c.id == screenshots.c.capture_id)
            .join(ad_versions, ad_versions.c.id == screenshots.c.version_id)
            .join(page, page.c.id == ad_versions.c.capture_id)
        )
        .where(page.c.record_id == record_id)
        .order_by(shot.c.record_id)
    )
    return list(connection.scalars(statement))


def problems_of(connection: Connection, version_ids: Iterable[int]) -> dict[int, str | None]:
    """What is noted of these versions, by version: the problem, or None where all went well."""
    found: dict[int, str | None] = {}
    columns = screenshots.c.version_id, screenshots.c.problem
    for some in chunks(sorted(set(version_ids))):
        rows = connection.execute(select(*columns).where(screenshots.c.version_id.in_(some)))
        found.update({row.version_id: row.problem for row in rows})
    return found
