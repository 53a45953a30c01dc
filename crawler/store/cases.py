"""Cases and their events: opening, changing, listing. What a state means is the business of `alerts.cases`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from crawler.errors import UsageError
from crawler.store.assessments import is_current
from crawler.store.images import told_text
from crawler.store.schema import ad_versions, ads, assessments, case_events, cases
from crawler.store.writing import chunks

SYSTEM = "system"
"""Who a change is ascribed to that the program found by itself."""

SETTLED = ("filed", "answered", "closed")
"""States that no change of the facts moves: what was filed or closed rests on the facts of then."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as stored."""

    id: int
    series_id: int
    mediator_key: str
    assessment_id: int
    state: str
    level: str
    score: float
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """The current assessment of one ad, with the case that its series and mediator already have."""

    assessment_id: int
    capture_id: int
    series_id: int
    mediator_key: str
    level: str
    score: float
    verdict: str | None
    proposed: bool
    worrying: bool
    """A person should see it: a job ad abroad, proposed or of level high or critical; or no ad, and of such a level."""
    assessed_at: datetime
    referral: tuple[str, ...]
    case_id: int | None
    case_state: str | None
    case_assessment_id: int | None
    case_level: str | None
    case_verdict: str | None
    case_referral: tuple[str, ...]
    case_known_at: datetime | None
    """Judgements made by then are what people were told: when the case was opened or a change was applied last."""
    basis: str
    """What the assessment rests on, the pictures that were read among it."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as a list shows it."""

    id: int
    state: str
    level: str
    score: float
    title: str | None
    text: str
    """Of the leading ad."""
    result: dict[str, Any]
    """Assessment.to_json() of the leading assessment."""
    ads: int
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened on that assessment."""

    series_id: int
    mediator_key: str
    assessment_id: int
    level: str
    score: float


def read_case(connection: Connection, case_id: int) -> CaseRow:
    """The case. Raises UsageError where there is none of that number."""
    columns = [cases.c[name] for name in CaseRow.__slots__]
    row = connection.execute(select(*columns).where(cases.c.id == case_id)).first()
    if row is None:
        raise UsageError(f"there is no case {case_id}")
    return CaseRow(**row._mapping)


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """What a change of a case's state is written down with."""

    after: str
    person: str
    at: datetime
    note: str = ""
    decision: str | None = None
    reason: str | None = None
    """Code of a dismissal's reason."""
    undoes: int | None = None
    """Id of the event that it takes back."""


def change_state(connection: Connection, case: CaseRow, event: CaseEvent) -> int:
    """Moves the case and writes who did it; returns the event's id.

    A case that a person brings back is looked at again by the next night: what changed while it was settled or
    dismissed did not move it. Raises UsageError where somebody else moved it meanwhile.
    """
    moved = connection.execute(
        update(cases)
        .where(cases.c.id == case.id, cases.c.state == case.state)
        .values(state=event.after, changed_at=event.at)
    )
    if moved.rowcount != 1:
        raise UsageError(f"case {case.id} was changed by somebody else meanwhile; look at it again")
    resting = ("dismissed", *SETTLED)
    if case.state in resting and event.after not in resting and event.person != SYSTEM:
        examine_again(connection, [case.series_id])
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    row = insert(case_events).values(case_id=case.id, before=case.state, **values)
    return int(connection.scalar(row.returning(case_events.c.id)) or 0)


def note_on_case(connection: Connection, case_id: int, *, person: str, now: datetime, note: str) -> None:
    """Adds to the case's history; its state stays."""
    state = read_case(connection, case_id).state
    event = {"case_id": case_id, "at": now, "person": person, "before": state, "after": state, "note": note}
    connection.execute(insert(case_events).values(event))


def hold_cases(connection: Connection, case_ids: Iterable[int], *, states: Iterable[str]) -> set[int]:
    """Those of the cases that are in one of these states; nobody else moves them until the transaction ends."""
    wanted, held = tuple(states), set[int]()
    for some in chunks(sorted(case_ids)):
        statement = select(cases.c.id).where(cases.c.id.in_(some), cases.c.state.in_(wanted)).order_by(cases.c.id)
        held.update(connection.scalars(statement.with_for_update()))
    return held


def open_new_cases(connection: Connection, found: Sequence[NewCase], *, now: datetime, note: str) -> None:
    """Opens the cases, each with its first event."""
    if not found:
        return
    rows = [
        {
            "series_id": case.series_id,
            "mediator_key": case.mediator_key,
            "assessment_id": case.assessment_id,
            "state": "open",
            "level": case.level,
            "score": case.score,
            "opened_at": now,
            "changed_at": now,
        }
        for case in found
    ]
    ids = connection.scalars(insert(cases).returning(cases.c.id), rows).all()
    events = [
        {"case_id": case_id, "at": now, "person": SYSTEM, "before": "", "after": "open", "note": note}
        for case_id in ids
    ]
    connection.execute(insert(case_events), events)


def point_case_to(connection: Connection, case_id: int, *, assessment_id: int, level: str, score: float) -> None:
    """Lets another assessment lead the case."""
    connection.execute(
        update(cases).where(cases.c.id == case_id).values(assessment_id=assessment_id, level=level, score=score)
    )


@dataclass(frozen=True, slots=True)
class TouchedAd:
    """An ad that is not as the step that opens cases saw it last: new, edited, judged anew, or in another series."""

    ad_id: int
    version_id: int
    basis: str | None
    series_id: int
    series_before: int | None
    """Where it stood then; it may lead a case there no longer."""
    is_judged: bool
    """In the version of now."""


def count_touched(connection: Connection) -> int:
    """How many ads are not as the step that opens cases saw them last."""
    return connection.scalar(select(func.count()).select_from(ads).where(_is_touched())) or 0


def touched_ads(connection: Connection, *, after: int, limit: int) -> list[TouchedAd]:
    """The next such ads that have a series, by ascending id after that one."""
    statement = (
        select(
            ads.c.id.label("ad_id"),
            ads.c.version_id,
            ads.c.assessed_basis.label("basis"),
            ads.c.series_id,
            ads.c.examined_series_id.label("series_before"),
            (func.coalesce(ads.c.assessed_version_id, 0) == ads.c.version_id).label("is_judged"),
        )
        .where(ads.c.id > after, _is_touched(), ads.c.series_id.is_not(None), ads.c.version_id.is_not(None))
        .order_by(ads.c.id)
        .limit(limit)
    )
    return [TouchedAd(**row._mapping) for row in connection.execute(statement)]


def note_examined(connection: Connection, found: Iterable[TouchedAd]) -> None:
    """Notes how the ads stood when they were looked at; one that changed since is touched still."""
    rows = [
        {"ad": one.ad_id, "its_version": one.version_id, "its_basis": one.basis, "its_series": one.series_id}
        for one in found
    ]
    if rows:
        connection.execute(
            update(ads)
            .where(ads.c.id == bindparam("ad"))
            .values(
                examined_version_id=bindparam("its_version"),
                examined_basis=bindparam("its_basis"),
                examined_series_id=bindparam("its_series"),
            ),
            rows,
        )


def examine_again(connection: Connection, series_ids: Iterable[int]) -> None:
    """Lets the next night look at all ads of these series, though none of them changed: ads or cases left them."""
    for some in chunks(sorted(set(series_ids))):
        connection.execute(update(ads).where(ads.c.series_id.in_(some)).values(examined_version_id=None))


def candidates(connection: Connection, series_ids: Iterable[int]) -> list[Candidate]:
    """Current assessments of the ads of these series, as they stand now, that are worrying, or whose series and
    mediator have a case. In the order of series, mediator and assessment.
    """
    found: list[Candidate] = []
    for some in chunks(sorted(set(series_ids))):
        found += [_candidate(row) for row in connection.execute(_candidates().where(ads.c.series_id.in_(some)))]
    return found


def _candidates() -> Select[Any]:
    leading = assessments.alias("leading")
    worrying = _is_worrying(assessments)
    joined = (
        assessments.join(ads, is_current())
        .join(ad_versions, ad_versions.c.id == assessments.c.version_id)
        .outerjoin(
            cases,
            and_(
                cases.c.series_id == ads.c.series_id,
                cases.c.mediator_key == assessments.c.mediator_key,
            ),
        )
        .outerjoin(leading, leading.c.id == cases.c.assessment_id)
    )
    return (
        select(
            assessments.c.id.label("assessment_id"),
            ad_versions.c.capture_id,
            ads.c.series_id,
            assessments.c.mediator_key,
            assessments.c.level,
            assessments.c.score,
            assessments.c.verdict,
            assessments.c.proposed,
            worrying.label("worrying"),
            assessments.c.assessed_at,
            assessments.c.result["referral"].label("referral"),
            cases.c.id.label("case_id"),
            cases.c.state.label("case_state"),
            cases.c.assessment_id.label("case_assessment_id"),
            cases.c.level.label("case_level"),
            leading.c.verdict.label("case_verdict"),
            leading.c.result["referral"].label("case_referral"),
            func.coalesce(_last_told(), cases.c.opened_at).label("case_known_at"),
            assessments.c.basis,
        )
        .select_from(joined)
        .where(or_(worrying, cases.c.id.is_not(None)))
        .order_by(ads.c.series_id, assessments.c.mediator_key, assessments.c.id)
    )


def list_cases(connection: Connection, *, states: Iterable[str] = ()) -> list[CaseLine]:
    """Cases in these states (all where none is given), worst first, newest first among equals."""
    wanted = tuple(states)
    statement: Select[Any] = (
        select(
            cases.c.id,
            cases.c.state,
            cases.c.level,
            cases.c.score,
            ad_versions.c.title,
            told_text(),
            assessments.c.result,
            cases.c.series_id,
            cases.c.mediator_key,
            cases.c.opened_at,
            cases.c.changed_at,
        )
        .join(assessments, assessments.c.id == cases.c.assessment_id)
        .join(ad_versions, ad_versions.c.id == assessments.c.version_id)
    )
    if wanted:
        statement = statement.where(cases.c.state.in_(wanted))
    rows = connection.execute(statement).all()
    counts = _count_ads(connection, rows)
    lines = [_line(row, counts.get((row.series_id, row.mediator_key), 0)) for row in rows]
    return sorted(lines, key=lambda line: (-_LEVELS.index(line.level), -line.score, -line.id))


def case_history(connection: Connection, case_id: int) -> list[Row[Any]]:
    """Events of the case, oldest first: at, person, before, after, note, decision, reason, undoes."""
    statement = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.id)
    return list(connection.execute(statement))


_undoing = case_events.alias("undoing")


@dataclass(frozen=True, slots=True)
class PersonDecision:
    """A decision that a person made and that was not taken back."""

    event_id: int
    case_id: int
    after: str


def newest_decision_of(
    connection: Connection, person: str, *, decisions: Iterable[str], since: datetime
) -> PersonDecision | None:
    """The person's newest decision of these kinds that was not taken back, if it was made since then."""
    undone = exists().where(_undoing.c.case_id == case_events.c.case_id, _undoing.c.undoes == case_events.c.id)
    statement = (
        select(case_events.c.id.label("event_id"), case_events.c.case_id, case_events.c.after)
        .where(case_events.c.person == person, case_events.c.at >= since)
        .where(case_events.c.decision.in_(tuple(decisions)), ~undone)
        .order_by(case_events.c.id.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    return PersonDecision(**row._mapping) if row else None


def _candidate(row: Row[Any]) -> Candidate:
    codes = {name: tuple(getattr(row, name) or ()) for name in ("referral", "case_referral")}
    return Candidate(**{**row._mapping, **codes})


def is_by_program() -> ColumnElement[bool]:
    """The program wrote the event: for questions about cases, whose own index is to be taken."""
    # An expression, because the index of persons would lead through all that the program ever wrote.
    return func.coalesce(case_events.c.person, "") == SYSTEM


def _last_told() -> ScalarSelect[datetime]:
    """When the program last opened the case or told of a change. That drafts lie ready is none, and what was told of a
    settled case moved nothing: it counts only as long as the case is settled.
    """
    events = case_events.c
    counts = or_(events.before.not_in(SETTLED), cases.c.state.in_(SETTLED))
    return (
        select(func.max(events.at))
        .where(events.case_id == cases.c.id, is_by_program(), events.after != "drafted", counts)
        .correlate(cases)
        .scalar_subquery()
    )


def _is_touched() -> ColumnElement[bool]:
    # As the index ix_ads_unexamined says it.
    return or_(
        ads.c.version_id.is_distinct_from(ads.c.examined_version_id),
        ads.c.assessed_basis.is_distinct_from(ads.c.examined_basis),
        ads.c.series_id.is_distinct_from(ads.c.examined_series_id),
    )


_LEVELS = ("low", "medium", "high", "critical")


def _line(row: Row[Any], count: int) -> CaseLine:
    told = {name: value for name, value in row._mapping.items() if name not in ("series_id", "mediator_key")}
    return CaseLine(**told, ads=count)


def _count_ads(connection: Connection, rows: Sequence[Row[Any]]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for some in chunks(sorted({row.series_id for row in rows})):
        statement = (
            select(ads.c.series_id, assessments.c.mediator_key, func.count(ads.c.id.distinct()).label("ads"))
            .select_from(assessments.join(ads, is_current()))
            .where(ads.c.series_id.in_(some))
            .group_by(ads.c.series_id, assessments.c.mediator_key)
        )
        for row in connection.execute(statement):
            found[row.series_id, row.mediator_key] = row.ads
    return found


def _is_worrying(table: FromClause) -> ColumnElement[bool]:
    worst = table.c.level.in_(("high", "critical"))
    offers = and_(table.c.is_job_ad, table.c.abroad, or_(table.c.proposed, worst))
    # A text that offers no work rises above low only where somebody may be in danger.
    return or_(offers, and_(not_(table.c.is_job_ad), worst))
