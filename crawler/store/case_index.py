"""What cases are found by: words and facets of the ad that leads each. How they are told: `alerts.indexing`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, func, select, update

from crawler.store.assessments import belongs_to_mediator
from crawler.store.images import told_text
from crawler.store.schema import UtcTime, ad_versions, ads, assessments, case_facets, case_words, cases
from crawler.store.writing import chunks, insert_new

LONGEST_WORD = 40


class Facet(StrEnum):
    """What a list of cases can be narrowed by."""

    DESTINATION = "destination"
    """ISO 3166-1 alpha-2."""
    FINDING = "finding"
    """Code of an indicator or trigger."""
    REFERRAL = "referral"
    """Code of a hard trigger that sends the case to police or prosecutor first."""
    SEEN = "seen"
    """Day (UTC) on which the first ad of the case was first seen, ISO 8601."""
    SOURCE = "source"
    """Id of a source on which an ad of the case stands."""
    VERDICT = "verdict"
    """crawler.assessment.Verdict, or `UNCHECKED`."""


UNCHECKED = "unchecked"
"""The verdict of a case whose mediator no register was asked about."""


@dataclass(frozen=True, slots=True)
class UnindexedCase:
    """A case that another assessment leads than the one by which it was indexed."""

    case_id: int
    assessment_id: int
    title: str | None
    text: str
    organization: str | None
    contact: str | None
    first_seen: datetime
    """Of the leading ad's series."""
    result: dict[str, Any]
    """Assessment.to_json()."""


@dataclass(frozen=True, slots=True)
class IndexedCase:
    """What a case is found by."""

    case_id: int
    assessment_id: int
    facets: frozenset[tuple[Facet, str]]
    words: frozenset[str]
    """Folded, none longer than `LONGEST_WORD`."""


def count_unindexed(connection: Connection) -> int:
    """How many cases wait to be indexed."""
    return connection.scalar(select(func.count()).select_from(cases).where(_is_unindexed())) or 0


def unindexed_cases(connection: Connection, *, limit: int) -> list[UnindexedCase]:
    """The next cases that wait to be indexed, by ascending id."""
    columns = ad_versions.c.title, told_text(), ad_versions.c.organization, ad_versions.c.contact
    first = select(func.min(ads.c.first_seen)).where(ads.c.series_id == cases.c.series_id).scalar_subquery()
    seen = func.coalesce(first, ad_versions.c.first_seen, type_=UtcTime).label("first_seen")
    statement = (
        select(cases.c.id.label("case_id"), cases.c.assessment_id, *columns, seen, assessments.c.result)
        .join(assessments, assessments.c.id == cases.c.assessment_id)
        .join(ad_versions, ad_versions.c.id == assessments.c.version_id)
        .where(_is_unindexed())
        .order_by(cases.c.id)
        .limit(limit)
    )
    return [UnindexedCase(**row._mapping) for row in connection.execute(statement)]


def save_index(connection: Connection, found: Sequence[IndexedCase]) -> None:
    """Keeps what the cases are found by, in the place of what was kept of them before."""
    if not found:
        return
    _forget(connection, [one.case_id for one in found])
    words = [{"word": word, "case_id": one.case_id} for one in found for word in sorted(one.words)]
    facets = [
        {"kind": kind, "value": value, "case_id": one.case_id} for one in found for kind, value in sorted(one.facets)
    ]
    insert_new(connection, case_words, words)
    insert_new(connection, case_facets, facets)
    connection.execute(
        update(cases).where(cases.c.id == bindparam("its_id")).values(indexed_assessment_id=bindparam("its_basis")),
        [{"its_id": one.case_id, "its_basis": one.assessment_id} for one in found],
    )


def file_sources(connection: Connection, *, case_ids: Iterable[int] = (), series_ids: Iterable[int] = ()) -> None:
    """Files these cases, and those of these series, by the sources on which their ads stand, as far as they are not."""
    for column, wanted in ((cases.c.id, case_ids), (cases.c.series_id, series_ids)):
        for some in chunks(sorted(set(wanted))):
            _file_sources(connection, column.in_(some))


def _file_sources(connection: Connection, wanted: ColumnElement[bool]) -> None:
    filed = (
        exists()
        .where(case_facets.c.kind == Facet.SOURCE, case_facets.c.value == ads.c.source)
        .where(case_facets.c.case_id == cases.c.id)
        .correlate(ads, cases)
    )
    statement = (
        select(cases.c.id.label("case_id"), ads.c.source.label("value"))
        .join(ads, ads.c.series_id == cases.c.series_id)
        .where(wanted, belongs_to_mediator(), ~filed)
        .distinct()
    )
    rows = [{"kind": Facet.SOURCE, **row._mapping} for row in connection.execute(statement)]
    insert_new(connection, case_facets, rows)


def _forget(connection: Connection, case_ids: Sequence[int]) -> None:
    """Only of cases that were indexed before: the tables are keyed by what is searched, and walked through for it."""
    for some in chunks(case_ids):
        known = select(cases.c.id).where(cases.c.id.in_(some), cases.c.indexed_assessment_id.is_not(None))
        if indexed := connection.scalars(known).all():
            for table in (case_words, case_facets):
                connection.execute(delete(table).where(table.c.case_id.in_(indexed)))


def _is_unindexed() -> ColumnElement[bool]:
    # As the index ix_cases_unindexed says it.
    return cases.c.assessment_id.is_distinct_from(cases.c.indexed_assessment_id)
