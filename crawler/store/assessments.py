"""Judgements of ad versions, each on its basis (rules, register, staleness). How they come about: `pipelines`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto

from sqlalchemy import ColumnElement, Connection, FromClause, and_, bindparam, exists, func, or_, select, update

from crawler.assessment import Assessment
from crawler.store.schema import ad_versions, ads, assessments, cases
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
    verdict: str | None
    """The register's answer in the judgement that counts for this version so far; None also where there is none."""


@dataclass(frozen=True, slots=True)
class NewAssessment:
    """A judgement of one version."""

    ad_id: int
    version_id: int
    mediator_key: str
    assessment: Assessment
    pictures: tuple[int, ...] = ()
    """Images whose text was judged with the ad's, in this order."""


class Pending(Enum):
    """Why an ad is to be judged."""

    NEW_TEXT = auto()
    """Its current version was not judged yet."""
    OTHER_BASIS = auto()
    """It was judged on another basis."""


def count_unassessed(connection: Connection, pending: Pending, *, basis: str) -> int:
    """How many ads wait for a judgement on this basis for that reason."""
    return connection.scalar(select(func.count()).select_from(ads).where(_is_pending(pending, basis))) or 0


def last_judged_at(connection: Connection) -> datetime | None:
    """When an ad was judged last; None where none ever was."""
    return connection.scalar(select(assessments.c.assessed_at).order_by(assessments.c.id.desc()).limit(1))


def unassessed_ads(
    connection: Connection, pending: Pending, *, basis: str, after: int, limit: int
) -> list[UnassessedAd]:
    """The next ads, by ascending id after that one, that wait for a judgement on this basis for that reason."""
    # In the order of ids: one walk over the ads is quicker than finding and sorting all that is left for every batch.
    waiting = _is_pending(pending, basis) if pending is Pending.NEW_TEXT else ~_rests_on(basis)
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
            assessments.c.verdict,
        )
        .join(ad_versions, ad_versions.c.id == ads.c.version_id)
        .outerjoin(assessments, is_current())
        .where(ads.c.id > after, waiting)
        .order_by(ads.c.id)
        .limit(limit)
    )
    return [UnassessedAd(**row._mapping) for row in connection.execute(statement)]


def save_assessments(connection: Connection, found: Sequence[NewAssessment], *, basis: str, now: datetime) -> None:
    """Stores the judgements; a version judged on this basis meanwhile keeps the judgement it has."""
    if not found:
        return
    insert_new(connection, assessments, [_row(one, basis, now) for one in found])
    connection.execute(
        update(ads)
        .where(ads.c.id == bindparam("ad"))
        .values(assessed_version_id=bindparam("version"), assessed_basis=bindparam("its_basis")),
        [
            {"ad": one.ad_id, "version": one.version_id, "its_basis": with_pictures(basis, one.pictures)}
            for one in sorted(found, key=lambda one: one.ad_id)
        ],
    )


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """An ad about whose publisher the register says something else than before. None: not checked."""

    ad_id: int
    url: str
    mediator: str | None
    before: str | None
    after: str | None


def verdict_changes(connection: Connection, *, since: datetime) -> list[VerdictChange]:
    """Ads judged again since then, their words unchanged, whose verdict is not that of the judgement before."""
    earlier = assessments.alias("earlier")
    before = (
        select(func.max(earlier.c.id))
        .where(earlier.c.version_id == assessments.c.version_id, earlier.c.id < assessments.c.id)
        .correlate(assessments)
        .scalar_subquery()
    )
    previous = assessments.alias("previous")
    statement = (
        select(
            ads.c.id,
            ads.c.url,
            assessments.c.result,
            previous.c.verdict.label("before"),
            assessments.c.verdict.label("after"),
        )
        .select_from(assessments.join(ads, is_current()).join(previous, previous.c.id == before))
        .where(assessments.c.assessed_at >= since, previous.c.verdict.is_distinct_from(assessments.c.verdict))
        .order_by(ads.c.id)
    )
    return [
        VerdictChange(row.id, row.url, row.result["mediator"]["name"], row.before, row.after)
        for row in connection.execute(statement)
    ]


MARK, AFTER_MARK = "p", "q"
"""No hex digits: what begins with a basis and the mark rests on that basis, and on pictures besides."""


def with_pictures(basis: str, images: Sequence[int]) -> str:
    """The basis of a judgement that rests on the texts of these images besides: `0a1b…p12p15`."""
    return "".join((basis, *(f"{MARK}{image}" for image in images)))


def pictures_in(basis: str) -> tuple[int, ...]:
    """The images that a judgement rests on, by its basis."""
    return tuple(int(image) for image in basis.split(MARK)[1:])


def is_current(table: FromClause = assessments) -> ColumnElement[bool]:
    """The judgement that counts for the ad's version of now: the one on the basis it was judged on last.

    Neither the newest row nor the newest time tells it: a basis that returns finds its judgement there already.
    """
    return and_(table.c.version_id == ads.c.version_id, table.c.basis == ads.c.assessed_basis)


def belongs_to_mediator() -> ColumnElement[bool]:
    """The ad as it stands now is judged to come from the case's mediator; the same rule as in `ads_of_case`."""
    return exists().where(is_current(), assessments.c.mediator_key == cases.c.mediator_key).correlate(ads, cases)


def _row(one: NewAssessment, basis: str, now: datetime) -> dict[str, object]:
    judged = one.assessment
    return {
        "version_id": one.version_id,
        "basis": with_pictures(basis, one.pictures),
        "assessed_at": now,
        "is_job_ad": judged.is_job_ad,
        "abroad": judged.abroad,
        "level": judged.risk.level.value,
        "score": judged.risk.score,
        "verdict": judged.register.verdict.value if judged.register.verdict else None,
        "mediator_key": one.mediator_key,
        "proposed": judged.complaint.proposed,
        "result": judged.to_json(),
        **counted_by(judged),
    }


def counted_by(judged: Assessment) -> dict[str, object]:
    """What reports count a judgement by, as columns of its row."""
    mediator = judged.mediator
    return {
        "stale": judged.register.stale,
        "named_kind": mediator.kind.value if mediator.name is not None else None,
        "destinations": _codes(judged.destinations),
        "indicators": _codes(found.code for found in judged.indicators),
        "referral": _codes(judged.referral),
    }


def _codes(codes: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(codes))


def _is_pending(pending: Pending, basis: str) -> ColumnElement[bool]:
    if pending is Pending.NEW_TEXT:
        # As the index ix_ads_unassessed says it.
        return ads.c.version_id.is_distinct_from(ads.c.assessed_version_id)
    # Two ranges of an index; a plain "unequal" would look at every ad.
    return or_(ads.c.assessed_basis < basis, ads.c.assessed_basis >= basis + AFTER_MARK)


def _rests_on(basis: str) -> ColumnElement[bool]:
    return or_(ads.c.assessed_basis == basis, ads.c.assessed_basis.startswith(basis + MARK))
