"""Series as people see and change them: their ads, their cases, and the decisions to split and merge.

What may be decided stands in `alerts.regrouping`; how the night groups is the business of `pipelines.series`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from crawler.store.audit import Act, record
from crawler.store.schema import (
    ad_versions,
    ads,
    assessments,
    bands,
    cases,
    series,
    series_decisions,
    signatures,
)
from crawler.store.series import StoredText, read_texts
from crawler.store.writing import chunks, insert_new


@dataclass(frozen=True, slots=True)
class Member:
    """An ad of a series as it stands now."""

    ad_id: int
    source: str
    url: str
    first_seen: datetime
    last_seen: datetime
    title: str | None
    text: str


@dataclass(frozen=True, slots=True)
class SeriesCase:
    """A case on a series, and the ad that its leading assessment is about."""

    id: int
    state: str
    mediator_key: str
    ad_id: int


class CurrentText(NamedTuple):
    """An ad's series and its current text."""

    series_id: int | None
    title: str | None
    text: str


def series_exists(connection: Connection, series_id: int) -> bool:
    """Whether there is, or was before a person merged it, a series of that number."""
    return connection.scalar(select(series.c.id).where(series.c.id == series_id)) is not None


def members_of(connection: Connection, series_id: int) -> list[Member]:
    """The ads of the series, oldest first."""
    statement = (
        select(
            ads.c.id.label("ad_id"),
            ads.c.source,
            ads.c.url,
            ads.c.first_seen,
            ads.c.last_seen,
            ad_versions.c.title,
            ad_versions.c.text,
        )
        .join(ad_versions, ad_versions.c.id == ads.c.version_id)
        .where(ads.c.series_id == series_id)
        .order_by(ads.c.first_seen, ads.c.id)
    )
    return [Member(**row._mapping) for row in connection.execute(statement)]


def current_texts(connection: Connection, ad_ids: Collection[int]) -> dict[int, CurrentText]:
    """Those of the ads that there are, with series and text."""
    found: dict[int, CurrentText] = {}
    for some in chunks(ad_ids):
        statement = select(ads.c.id, ads.c.series_id, ad_versions.c.title, ad_versions.c.text)
        joined = statement.join(ad_versions, ad_versions.c.id == ads.c.version_id)
        for row in connection.execute(joined.where(ads.c.id.in_(some))):
            found[row.id] = CurrentText(row.series_id, row.title, row.text)
    return found


def cases_of(connection: Connection, series_id: int) -> list[SeriesCase]:
    """The cases on the series."""
    statement = (
        select(cases.c.id, cases.c.state, cases.c.mediator_key, ad_versions.c.ad_id)
        .join(assessments, assessments.c.id == cases.c.assessment_id)
        .join(ad_versions, ad_versions.c.id == assessments.c.version_id)
        .where(cases.c.series_id == series_id)
        .order_by(cases.c.id)
    )
    return [SeriesCase(**row._mapping) for row in connection.execute(statement)]


def decisions_on(connection: Connection, series_id: int) -> list[Row[Any]]:
    """What people decided about the series, oldest first: at, person, decision, series_id, other_id, ads."""
    mine = (series_decisions.c.series_id == series_id) | (series_decisions.c.other_id == series_id)
    return list(connection.execute(select(series_decisions).where(mine).order_by(series_decisions.c.id)))


def record_decision(
    connection: Connection,
    decision: str,
    *,
    series_id: int,
    other_id: int,
    ad_ids: Sequence[int],
    person: str,
    now: datetime,
) -> None:
    """Writes down for good who split or merged what, also in the audit log."""
    detail = f"{decision} {other_id}, ads {', '.join(map(str, ad_ids))}"
    record(connection, Act.SERIES_CHANGED, person=person, now=now, subject=f"series {series_id}", detail=detail)
    row = {"decision": decision, "series_id": series_id, "other_id": other_id, "ads": list(ad_ids)}
    connection.execute(insert(series_decisions).values(**row, person=person, at=now))


def move_ads(connection: Connection, ad_ids: Iterable[int], *, to: int) -> None:
    """Puts the ads with the signatures of all their versions into that series."""
    for some in chunks(ad_ids):
        versions = select(ad_versions.c.id).where(ad_versions.c.ad_id.in_(some))
        connection.execute(update(signatures).where(signatures.c.version_id.in_(versions)).values(series_id=to))
        connection.execute(update(ads).where(ads.c.id.in_(some)).values(series_id=to))


def move_case(connection: Connection, case_id: int, *, to: int) -> None:
    """Puts the case on that series."""
    connection.execute(update(cases).where(cases.c.id == case_id).values(series_id=to))


def texts_without_parts(connection: Connection, series_id: int) -> list[StoredText]:
    """One version of each text of the series of which no version is filed: nothing but an exact copy would find it."""
    rows = connection.execute(
        select(signatures.c.text_key, signatures.c.version_id).where(signatures.c.series_id == series_id)
    ).all()
    filed: set[int] = set()
    for some in chunks(row.version_id for row in rows):
        filed.update(connection.scalars(select(bands.c.version_id).where(bands.c.version_id.in_(some)).distinct()))
    known = {row.text_key for row in rows if row.version_id in filed}
    unfiled = {row.text_key: row.version_id for row in rows if row.text_key not in known}
    return list(read_texts(connection, unfiled.values()))


def file_parts(connection: Connection, version_id: int, parts: Iterable[int]) -> None:
    """Files the version under these parts."""
    insert_new(connection, bands, [{"band": part, "version_id": version_id} for part in parts])
