"""What the desk shows of cases, read in a number of queries that does not grow with the store.

What it means is told in `alerts.desk`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    case,
    distinct,
    exists,
    func,
    select,
    tuple_,
)

from crawler.assessment import Assessment, RiskLevel
from crawler.evidence.warc import Capture
from crawler.store.assessments import is_current
from crawler.store.cases import SYSTEM
from crawler.store.images import told_text
from crawler.store.links import with_joined
from crawler.store.schema import (
    ad_versions,
    ads,
    assessments,
    captures,
    case_events,
    cases,
    sightings,
)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case as the queue shows it."""

    id: int
    state: str
    level: str
    title: str | None
    opening: str
    """How the text begins: posts have no title."""
    assessment: Assessment
    ads: int
    portals: int
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a case stands in a pile that is sorted worst first."""

    previous: int | None
    next: int | None
    position: int | None
    """From 1; None: the case is not in this pile."""
    total: int


@dataclass(frozen=True, slots=True)
class Copy:
    """One ad of a case as it stands now, with the capture of that version."""

    ad_id: int
    source: str
    url: str
    title: str | None
    opening: str
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


def read_queue(connection: Connection, states: Sequence[str], *, page: int, size: int) -> list[QueueRow]:
    """One page (from 1) of the cases in these states: worst first, then newest."""
    chosen = select(cases.c.id).where(cases.c.state.in_(states)).order_by(*_worst_first(cases))
    wanted = chosen.limit(size).offset((page - 1) * size).subquery()
    statement: Select[Any] = (
        select(
            cases.c.id,
            cases.c.state,
            cases.c.level,
            ad_versions.c.title,
            _opening(),
            assessments.c.result,
            ads.c.first_seen,
        )
        .select_from(
            cases.join(wanted, wanted.c.id == cases.c.id)
            .join(assessments, assessments.c.id == cases.c.assessment_id)
            .join(ad_versions, ad_versions.c.id == assessments.c.version_id)
            .join(ads, ads.c.id == ad_versions.c.ad_id)
        )
        .order_by(*_worst_first(cases))
    )
    rows = connection.execute(statement).all()
    spread = _spread(connection, [row.id for row in rows])
    return [_queue_row(row, spread.get(row.id)) for row in rows]


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many cases stand in each state."""
    counted = select(cases.c.state, func.count().label("cases")).group_by(cases.c.state)
    return {row.state: row.cases for row in connection.execute(counted)}


def count_reviewed(connection: Connection, *, since: datetime) -> int:
    """Cases that a person took off the queue since then."""
    statement = (
        select(func.count(distinct(case_events.c.case_id)))
        .join(cases, cases.c.id == case_events.c.case_id)
        .where(case_events.c.at >= since, case_events.c.person != SYSTEM, cases.c.state != "open")
    )
    return connection.scalar(statement) or 0


def find_neighbours(connection: Connection, case_id: int, states: Sequence[str]) -> Neighbours:
    """The cases before and after this one among those in these states, worst first."""
    here = cases.alias("here")
    pile = select(cases.c.id).join(here, here.c.id == case_id).where(cases.c.state.in_(states))
    worse = _sort_key(cases) > _sort_key(here)
    milder = _sort_key(cases) < _sort_key(here)
    counted = (
        select(
            func.count(cases.c.id).label("total"),
            func.sum(case((worse, 1), else_=0)).label("worse"),
            func.max(case((cases.c.id == case_id, 1), else_=0)).label("is_in"),
        )
        .join(here, here.c.id == case_id)
        .where(cases.c.state.in_(states))
    )
    counts = connection.execute(counted).one()
    return Neighbours(
        previous=connection.scalar(pile.where(worse).order_by(*_mildest_first(cases)).limit(1)),
        next=connection.scalar(pile.where(milder).order_by(*_worst_first(cases)).limit(1)),
        position=counts.worse + 1 if counts.is_in else None,
        total=counts.total,
    )


def worst_case(connection: Connection, states: Sequence[str]) -> int | None:
    """The first case of a pile, or None where it is empty."""
    statement = select(cases.c.id).where(cases.c.state.in_(states)).order_by(*_worst_first(cases)).limit(1)
    return connection.scalar(statement)


def read_copies(connection: Connection, case_id: int, *, limit: int) -> list[Copy]:
    """The case's ads, oldest first, at most `limit` of them."""
    statement = (
        select(
            ads.c.id.label("ad_id"),
            ads.c.source,
            ads.c.url.label("ad_url"),
            ad_versions.c.title,
            _opening(),
            ads.c.first_seen,
            ads.c.last_seen,
            *_capture_columns(),
        )
        .select_from(
            cases.join(ads, ads.c.series_id == cases.c.series_id)
            .join(ad_versions, ad_versions.c.id == ads.c.version_id)
            .join(captures, captures.c.id == ad_versions.c.capture_id)
        )
        .where(cases.c.id.in_(with_joined(connection, case_id)), _belongs_to_mediator())
        .order_by(ads.c.first_seen, ads.c.id)
        .limit(limit)
    )
    return [
        Copy(row.ad_id, row.source, row.ad_url, row.title, row.opening, row.first_seen, row.last_seen, _capture(row))
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
        .where(cases.c.id.in_(with_joined(connection, case_id)), _belongs_to_mediator())
        .order_by(sightings.c.seen_at.desc(), ads.c.id)
        .limit(limit)
    )
    return [Seen(**row._mapping) for row in connection.execute(statement)]


def sister_cases(connection: Connection, case_id: int, *, limit: int) -> list[SisterCase]:
    """Other cases of the same series, worst first."""
    here = cases.alias("here")
    statement = (
        select(cases.c.id, cases.c.state, cases.c.level, cases.c.mediator_key)
        .join(here, and_(here.c.series_id == cases.c.series_id, here.c.id == case_id))
        .where(cases.c.id != case_id)
        .order_by(*_worst_first(cases))
        .limit(limit)
    )
    return [SisterCase(**row._mapping) for row in connection.execute(statement)]


def find_capture(connection: Connection, capture_id: int) -> Capture | None:
    """The capture of that row number."""
    row = connection.execute(select(*_capture_columns()).where(captures.c.id == capture_id)).first()
    return _capture(row) if row else None


def _opening() -> ColumnElement[str]:
    return func.substr(told_text(), 1, 200).label("opening")


def _rank(table: FromClause) -> ColumnElement[int]:
    return case(*[(table.c.level == level.value, level.rank) for level in RiskLevel], else_=-1)


def _sort_key(table: FromClause) -> Any:
    return tuple_(_rank(table), table.c.score, table.c.opened_at, table.c.id)


def _worst_first(table: FromClause) -> list[ColumnElement[Any]]:
    return [_rank(table).desc(), table.c.score.desc(), table.c.opened_at.desc(), table.c.id.desc()]


def _mildest_first(table: FromClause) -> list[ColumnElement[Any]]:
    return [_rank(table), table.c.score, table.c.opened_at, table.c.id]


def _belongs_to_mediator() -> ColumnElement[bool]:
    """The ad as it stands now is judged to come from the case's mediator; the same rule as in `ads_of_case`."""
    return exists().where(is_current(), assessments.c.mediator_key == cases.c.mediator_key)


def _spread(connection: Connection, case_ids: Sequence[int]) -> dict[int, Row[Any]]:
    statement: Select[Any] = (
        select(
            cases.c.id,
            func.count(ads.c.id).label("ads"),
            func.count(distinct(ads.c.source)).label("portals"),
            func.min(ads.c.first_seen).label("first_seen"),
        )
        .select_from(cases.join(ads, ads.c.series_id == cases.c.series_id))
        .where(cases.c.id.in_(case_ids), _belongs_to_mediator())
        .group_by(cases.c.id)
    )
    return {row.id: row for row in connection.execute(statement)}


def _queue_row(row: Row[Any], spread: Row[Any] | None) -> QueueRow:
    # Where every ad of the case has changed hands since, the ad that was judged still counts.
    return QueueRow(
        id=row.id,
        state=row.state,
        level=row.level,
        title=row.title,
        opening=row.opening,
        assessment=Assessment.from_json(row.result),
        ads=spread.ads if spread else 1,
        portals=spread.portals if spread else 1,
        first_seen=spread.first_seen if spread else row.first_seen,
    )


def _capture_columns() -> list[ColumnElement[Any]]:
    return [column.label(f"capture_{column.name}") for column in captures.c if column.name != "id"]


def _capture(row: Row[Any]) -> Capture:
    prefix = "capture_"
    return Capture(
        **{name.removeprefix(prefix): value for name, value in row._mapping.items() if name.startswith(prefix)}
    )
