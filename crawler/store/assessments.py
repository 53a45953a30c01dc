"""Judgements of ad versions, each on its basis (rules, register, staleness). How they come about: `pipelines`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, exists, func, select

from crawler.assessment import Assessment
from crawler.store.schema import ad_versions, ads, assessments
from crawler.store.writing import insert_new


@dataclass(frozen=True, slots=True)
class UnassessedAd:
    """The current version of an ad that was not judged on a basis."""

    ad_id: int
    version_id: int
    url: str
    title: str | None
    text: str
    organization: str | None
    contact: str | None
    published_on: date | None


@dataclass(frozen=True, slots=True)
class NewAssessment:
    """A judgement of one version."""

    version_id: int
    mediator_key: str
    assessment: Assessment


def count_unassessed(connection: Connection, *, basis: str) -> int:
    """How many ads have a current version that was not judged on this basis."""
    return connection.scalar(select(func.count()).select_from(ads).where(_is_unassessed(basis))) or 0


def unassessed_ads(connection: Connection, *, basis: str, after: int, limit: int) -> list[UnassessedAd]:
    """The next such ads, by ascending id, from behind that one."""
    statement = (
        select(
            ads.c.id.label("ad_id"),
            ads.c.version_id,
            ads.c.url,
            ad_versions.c.title,
            ad_versions.c.text,
            ad_versions.c.organization,
            ad_versions.c.contact,
            ad_versions.c.published_on,
        )
        .join(ad_versions, ad_versions.c.id == ads.c.version_id)
        .where(_is_unassessed(basis), ads.c.id > after)
        .order_by(ads.c.id)
        .limit(limit)
    )
    return [UnassessedAd(**row._mapping) for row in connection.execute(statement)]


def save_assessments(connection: Connection, found: Sequence[NewAssessment], *, basis: str, now: datetime) -> None:
    """Stores the judgements; a version judged on this basis meanwhile keeps the judgement it has."""
    insert_new(connection, assessments, [_row(one, basis, now) for one in found])


def _row(one: NewAssessment, basis: str, now: datetime) -> dict[str, object]:
    judged = one.assessment
    return {
        "version_id": one.version_id,
        "basis": basis,
        "assessed_at": now,
        "is_job_ad": judged.is_job_ad,
        "abroad": judged.abroad,
        "level": judged.risk.level.value,
        "score": judged.risk.score,
        "verdict": judged.register.verdict.value if judged.register.verdict else None,
        "mediator_key": one.mediator_key,
        "proposed": judged.complaint.proposed,
        "result": judged.to_json(),
    }


def _is_unassessed(basis: str) -> ColumnElement[bool]:
    judged = exists().where(assessments.c.version_id == ads.c.version_id, assessments.c.basis == basis)
    return ads.c.version_id.is_not(None) & ~judged
