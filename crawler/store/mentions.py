"""Which ad names which contact: filed from judgements, looked up by contact. What sharing means: `pipelines`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, func, or_, select, update

from crawler.addresses import url_key
from crawler.store.assessments import is_current
from crawler.store.schema import ad_versions, ads, assessments, cases, contact_mentions, intakes, sightings
from crawler.store.writing import chunks, insert_new


@dataclass(frozen=True, slots=True)
class UnlinkedAd:
    """An ad whose current judgement was not filed by its contacts."""

    ad_id: int
    version_id: int
    assessment_id: int
    basis: str
    title: str | None
    text: str
    contact: str | None
    result: dict[str, Any]
    """Assessment.to_json()."""


@dataclass(frozen=True, slots=True)
class FiledMentions:
    """The contacts of one ad's version, as kind and value."""

    ad: UnlinkedAd
    mentions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MentioningAd:
    """A version of an ad that names a contact."""

    ad_id: int
    series_id: int | None
    source: str
    url: str
    title: str | None
    place: str | None
    """Where the work is, as the site states it beside the text."""
    name: str | None
    """The mediator's, as that version writes it."""
    mediator_key: str
    destinations: tuple[str, ...]
    first_seen: datetime
    """When it was first seen with the contact."""
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """A case among whose ads one names a contact."""

    id: int
    state: str
    level: str
    mediator_key: str


def count_unlinked(connection: Connection) -> int:
    """How many ads wait to be filed by their contacts."""
    return connection.scalar(select(func.count()).select_from(ads).where(_is_unlinked())) or 0


def unlinked_ads(connection: Connection, *, after: int, limit: int) -> list[UnlinkedAd]:
    """The next ads, by ascending id after that one, that wait to be filed by their contacts."""
    statement = (
        select(
            ads.c.id.label("ad_id"),
            assessments.c.version_id,
            assessments.c.id.label("assessment_id"),
            assessments.c.basis,
            ad_versions.c.title,
            ad_versions.c.text,
            ad_versions.c.contact,
            assessments.c.result,
        )
        .join(
            assessments,
            and_(assessments.c.version_id == ads.c.assessed_version_id, assessments.c.basis == ads.c.assessed_basis),
        )
        .join(ad_versions, ad_versions.c.id == assessments.c.version_id)
        .where(ads.c.id > after, _is_unlinked())
        .order_by(ads.c.id)
        .limit(limit)
    )
    return [UnlinkedAd(**row._mapping) for row in connection.execute(statement)]


def save_mentions(connection: Connection, found: Sequence[FiledMentions]) -> None:
    """Files the ads by their contacts; what was filed of the same versions before is replaced."""
    if not found:
        return
    for some in chunks(one.ad.version_id for one in found):
        connection.execute(delete(contact_mentions).where(contact_mentions.c.version_id.in_(some)))
    rows = [
        {
            "kind": kind,
            "value": value,
            "version_id": one.ad.version_id,
            "ad_id": one.ad.ad_id,
            "assessment_id": one.ad.assessment_id,
        }
        for one in found
        for kind, value in one.mentions
    ]
    insert_new(connection, contact_mentions, rows)
    connection.execute(
        update(ads)
        .where(ads.c.id == bindparam("ad"))
        .values(linked_version_id=bindparam("version"), linked_basis=bindparam("its_basis")),
        [{"ad": one.ad.ad_id, "version": one.ad.version_id, "its_basis": one.ad.basis} for one in found],
    )


def ads_that_mention(connection: Connection, kind: str, value: str, *, limit: int) -> list[MentioningAd]:
    """Ads that name the contact, the oldest first, at most `limit` versions of them."""
    last_of_version = (
        select(func.max(sightings.c.seen_at))
        .where(sightings.c.ad_id == ads.c.id, sightings.c.version_id == ad_versions.c.id)
        .scalar_subquery()
    )
    chosen = (
        select(contact_mentions)
        .where(contact_mentions.c.kind == kind, contact_mentions.c.value == value)
        .order_by(contact_mentions.c.version_id)
        .limit(limit)
        .subquery()
    )
    statement = (
        select(
            ads.c.id.label("ad_id"),
            ads.c.series_id,
            ads.c.source,
            ads.c.url,
            ad_versions.c.title,
            _PLACE,
            assessments.c.result[("mediator", "name")].as_string().label("name"),
            assessments.c.mediator_key,
            assessments.c.result["destinations"].label("destinations"),
            ad_versions.c.first_seen,
            func.coalesce(last_of_version, ad_versions.c.first_seen).label("last_seen"),
        )
        .select_from(
            chosen.join(ads, ads.c.id == chosen.c.ad_id)
            .join(ad_versions, ad_versions.c.id == chosen.c.version_id)
            .join(assessments, assessments.c.id == chosen.c.assessment_id)
        )
        .order_by(chosen.c.version_id)
    )
    return [
        MentioningAd(**{**row._mapping, "destinations": tuple(row.destinations)})
        for row in connection.execute(statement)
    ]


def ads_of_mediator(connection: Connection, mediator_key: str, *, limit: int) -> list[MentioningAd]:
    """Ads that are that mediator's by now, the newest first, at most `limit`."""
    current = (
        select(*_STANDING)
        .select_from(
            assessments.join(ad_versions, ad_versions.c.id == assessments.c.version_id).join(
                ads, and_(ads.c.id == ad_versions.c.ad_id, is_current())
            )
        )
        .where(assessments.c.mediator_key == mediator_key)
    )
    return _standing(connection, current.order_by(ads.c.id.desc()).limit(limit))


def ads_at_address(connection: Connection, url: str, *, limit: int) -> list[MentioningAd]:
    """Ads that stand at the address, or that somebody brought and says to have seen there, the newest first."""
    brought = select(intakes.c.ad_id).where(intakes.c.seen_url == url)
    found = (
        select(*_STANDING)
        .select_from(ads.join(ad_versions, ad_versions.c.id == ads.c.version_id).outerjoin(assessments, is_current()))
        .where(or_(ads.c.url_key == url_key(url), ads.c.id.in_(brought)))
    )
    return _standing(connection, found.order_by(ads.c.id.desc()).limit(limit))


_PLACE = ad_versions.c.posting[("jobLocation", "raw")].as_string().label("place")

_STANDING = (
    ads.c.id.label("ad_id"),
    ads.c.series_id,
    ads.c.source,
    ads.c.url,
    ad_versions.c.title,
    _PLACE,
    assessments.c.result[("mediator", "name")].as_string().label("name"),
    func.coalesce(assessments.c.mediator_key, "").label("mediator_key"),
    assessments.c.result["destinations"].label("destinations"),
    ads.c.first_seen,
    ads.c.last_seen,
)


def _standing(connection: Connection, statement: Select[Any]) -> list[MentioningAd]:
    rows = connection.execute(statement)
    return [MentioningAd(**{**row._mapping, "destinations": tuple(row.destinations or ())}) for row in rows]


def mentions_of_case(connection: Connection, case_id: int, *, limit: int) -> list[tuple[str, str]]:
    """Kind and value of the contacts that the case's ads, as they stand now, name; at most `limit`."""
    statement = (
        select(contact_mentions.c.kind, contact_mentions.c.value)
        .select_from(
            cases.join(ads, ads.c.series_id == cases.c.series_id)
            .join(assessments, and_(is_current(), assessments.c.mediator_key == cases.c.mediator_key))
            .join(contact_mentions, contact_mentions.c.version_id == ads.c.version_id)
        )
        .where(cases.c.id == case_id)
        .distinct()
        .order_by(contact_mentions.c.kind, contact_mentions.c.value)
        .limit(limit)
    )
    return [(row.kind, row.value) for row in connection.execute(statement)]


def cases_of_ads(connection: Connection, found: Iterable[MentioningAd]) -> list[LinkedCase]:
    """The cases that these ads belong to by series and mediator."""
    wanted = {(ad.series_id, ad.mediator_key) for ad in found}
    linked = []
    for some in chunks(sorted({series_id for series_id, _ in wanted if series_id is not None})):
        statement = select(cases.c.id, cases.c.state, cases.c.level, cases.c.mediator_key, cases.c.series_id).where(
            cases.c.series_id.in_(some)
        )
        linked += [row for row in connection.execute(statement) if (row.series_id, row.mediator_key) in wanted]
    return [
        LinkedCase(row.id, row.state, row.level, row.mediator_key) for row in sorted(linked, key=lambda row: row.id)
    ]


def _is_unlinked() -> ColumnElement[bool]:
    # As the index ix_ads_unlinked says it.
    return or_(
        ads.c.assessed_version_id.is_distinct_from(ads.c.linked_version_id),
        ads.c.assessed_basis.is_distinct_from(ads.c.linked_basis),
    )
