"""Figures of a period beside those of the one before, counted by the database. What a period is: `alerts.reports`.

Every statement counts both periods at once, so how many statements a report takes does not depend on what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Label,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.functions import FunctionElement

from crawler.health import RunOutcome
from crawler.store.assessments import is_current
from crawler.store.cases import SYSTEM
from crawler.store.nights import BY_HAND, RESUME_WITHIN
from crawler.store.schema import (
    ads,
    assessments,
    case_events,
    cases,
    contact_mentions,
    filing_outcomes,
    filings,
    nights,
    runs,
)

SILENT = (RunOutcome.EMPTY.value, RunOutcome.BLOCKED.value, RunOutcome.FAILED.value)
STALE, UNCHECKED = "stale", "unchecked"
"""What stands in the place of a verdict that says nothing about anybody (no fresh register, or none)."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Two periods of one length, side by side."""

    before: datetime
    """Where the earlier one begins."""
    start: datetime
    """Where the earlier one ends and the later one begins."""
    end: datetime
    """The first moment after both."""
    days: tuple[date, date, date]
    """First day of the earlier one, first and last day of the later one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure of the period, and that of the period before."""

    now: float
    before: float


@dataclass(frozen=True, slots=True)
class Line:
    """What was counted under one key."""

    key: tuple[str | None, ...]
    figures: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A mediator as ads name it, with one of the register's answers about it; of the period alone."""

    name: str
    answer: str
    """crawler.assessment.Verdict, `stale` or `unchecked`."""
    ads: int
    series: int
    sources: int


def count_ads(connection: Connection, spans: Spans) -> tuple[Pair, Pair]:
    """Ads seen for the first time, and those among them that offer work abroad as judged now."""
    counted = [
        *_both("ads", func.count(ads.c.id), ads.c.first_seen, spans),
        *_both("abroad", func.count(assessments.c.id), ads.c.first_seen, spans),
    ]
    joined = ads.outerjoin(assessments, and_(is_current(), _offers_abroad()))
    row = connection.execute(select(*counted).select_from(joined).where(_within(ads.c.first_seen, spans))).one()
    return Pair(row.ads_now, row.ads_before), Pair(row.abroad_now, row.abroad_before)


def count_series(connection: Connection, spans: Spans) -> Pair:
    """Series whose oldest ad was seen first then."""
    since = func.min(ads.c.first_seen)
    begun = (
        select(since.label("since"))
        .where(ads.c.series_id.is_not(None))
        .group_by(ads.c.series_id)
        .having(_within(since, spans))
        .subquery()
    )
    row = connection.execute(select(*_both("series", func.count(), begun.c.since, spans))).one()
    return Pair(row.series_now, row.series_before)


def cases_by_level(connection: Connection, spans: Spans) -> list[Line]:
    """(level as it stands now,) -> cases opened."""
    counted = _both("cases", func.count(), cases.c.opened_at, spans)
    return _lines(connection, _grouped([cases.c.level], counted).where(_within(cases.c.opened_at, spans)))


def ads_by_destination(connection: Connection, spans: Spans) -> list[Line]:
    """(country, None where none is stated,) -> new ads for work abroad; one with several counts under each."""
    found = _new_ads_abroad(spans, assessments.c.destinations)
    return _by_code(_lines(connection, _grouped([found.c.destinations], _ads_counted(found, spans))), none=True)


def ads_by_indicator(connection: Connection, spans: Spans) -> list[Line]:
    """(code of an indicator,) -> new ads for work abroad that have it."""
    found = _new_ads_abroad(spans, assessments.c.indicators)
    return _by_code(_lines(connection, _grouped([found.c.indicators], _ads_counted(found, spans))))


def ads_by_answer(connection: Connection, spans: Spans) -> list[Line]:
    """(the register's answer,) -> new ads for work abroad, distinct mediators among them."""
    found = _new_ads_abroad(spans, _answer(), assessments.c.mediator_key)
    mediators = _both("mediators", func.count(distinct(found.c.mediator_key)), found.c.first_seen, spans)
    return _lines(connection, _grouped([found.c.answer], [*_ads_counted(found, spans), *mediators]))


def named_mediators(connection: Connection, spans: Spans, *, kinds: Iterable[str], limit: int) -> list[NamedLine]:
    """Those with the most new ads for work abroad, among mediators of these kinds that are named; never people.

    The name is written as in the oldest of those ads.
    """
    found = _new_ads_abroad(
        spans,
        _answer(),
        assessments.c.mediator_key,
        assessments.c.id.label("assessment_id"),
        ads.c.series_id,
        ads.c.source,
        only=and_(assessments.c.named_kind.in_(tuple(kinds)), ads.c.first_seen >= spans.start),
    )
    counted = (
        select(
            found.c.answer,
            func.count().label("ads"),
            func.count(distinct(found.c.series_id)).label("series"),
            func.count(distinct(found.c.source)).label("sources"),
            func.min(found.c.assessment_id).label("assessment_id"),
        )
        .group_by(found.c.mediator_key, found.c.answer)
        .order_by(func.count().desc(), func.min(found.c.id))
        .limit(limit)
        .subquery()
    )
    statement = (
        select(_mediator_name().label("name"), *(counted.c[name] for name in ("answer", "ads", "series", "sources")))
        .join(counted, counted.c.assessment_id == assessments.c.id)
        .order_by(counted.c.ads.desc(), assessments.c.id)
    )
    return [NamedLine(**row._mapping) for row in connection.execute(statement)]


def ads_by_source(connection: Connection, spans: Spans) -> list[Line]:
    """(source,) -> new ads."""
    counted = _both("ads", func.count(), ads.c.first_seen, spans)
    return _lines(connection, _grouped([ads.c.source], counted).where(_within(ads.c.first_seen, spans)))


def runs_by_source(connection: Connection, spans: Spans, *, now: datetime) -> list[Line]:
    """(source,) -> nights in which it ran, those in which it fell silent; runs by hand left out.

    Silent: it brought nothing, was refused, failed, or was cut off and nobody took it up again.
    """
    cut_off = and_(runs.c.outcome.is_(None), runs.c.started_at < now - RESUME_WITHIN)
    silent = func.count(case((or_(runs.c.outcome.in_(SILENT), cut_off), runs.c.id)))
    counted = [
        *_both("nights", func.count(runs.c.id), runs.c.started_at, spans),
        *_both("silent", silent, runs.c.started_at, spans),
    ]
    statement = (
        _grouped([runs.c.source], counted)
        .select_from(runs.join(nights, nights.c.id == runs.c.night_id))
        .where(_within(runs.c.started_at, spans), func.coalesce(nights.c.owner, "") != BY_HAND)
    )
    return _lines(connection, statement)


def decisions_by_reason(connection: Connection, spans: Spans, *, decisions: Iterable[str]) -> list[Line]:
    """(decision, reason of a dismissal) -> decisions of people that were not taken back."""
    counted = _both("decisions", func.count(), case_events.c.at, spans)
    statement = _grouped([case_events.c.decision, case_events.c.reason], counted).where(
        _within(case_events.c.at, spans), _stands(decisions)
    )
    return _lines(connection, statement)


def median_hours(
    connection: Connection, spans: Spans, *, decisions: Iterable[str]
) -> tuple[float | None, float | None]:
    """Hours from opening a case to the first of these decisions on it, of the period and of the one before.

    Of cases so decided then; None where there are none.
    """
    first = (
        select(func.min(case_events.c.id).label("id")).where(_stands(decisions)).group_by(case_events.c.case_id)
    ).subquery()
    waited = _seconds(connection, case_events.c.at) - _seconds(connection, cases.c.opened_at)
    is_now = case((case_events.c.at >= spans.start, 1), else_=0)
    each = (
        select(is_now.label("is_now"), waited.label("seconds"))
        .select_from(
            case_events.join(first, first.c.id == case_events.c.id).join(cases, cases.c.id == case_events.c.case_id)
        )
        .where(_within(case_events.c.at, spans))
        .subquery()
    )
    ranked = select(
        each,
        func.row_number().over(partition_by=each.c.is_now, order_by=each.c.seconds).label("place"),
        func.count().over(partition_by=each.c.is_now).label("decided"),
    ).subquery()
    middle = ranked.c.place.in_([(ranked.c.decided + 1) // 2, (ranked.c.decided + 2) // 2])
    statement = select(ranked.c.is_now, func.avg(ranked.c.seconds).label("seconds")).where(middle)
    found = {row.is_now: float(row.seconds) / 3600 for row in connection.execute(statement.group_by(ranked.c.is_now))}
    return found.get(1), found.get(0)


def filings_by_recipient(connection: Connection, spans: Spans) -> list[Line]:
    """(recipient, with its portal where there is one,) -> filings that count, by the day they were filed."""
    return _recorded(connection, filings, filings.c.recipient, filings.c.filed_on, spans)


def outcomes(connection: Connection, spans: Spans) -> list[Line]:
    """(alerts.outcomes.Outcome,) -> records of it that count, by the day it happened."""
    return _recorded(connection, filing_outcomes, filing_outcomes.c.outcome, filing_outcomes.c.happened_on, spans)


def cases_by_trigger(connection: Connection, spans: Spans) -> list[Line]:
    """(code of a hard trigger of the leading ad,) -> cases opened."""
    counted = _both("cases", func.count(), cases.c.opened_at, spans)
    statement = (
        _grouped([assessments.c.referral], counted)
        .select_from(cases.join(assessments, assessments.c.id == cases.c.assessment_id))
        .where(_within(cases.c.opened_at, spans), assessments.c.referral != "")
    )
    return _by_code(_lines(connection, statement))


def connections_by_kind(
    connection: Connection, spans: Spans, *, kinds: Iterable[str], most_series: int, most_names: int
) -> list[Line]:
    """(kind of contact,) -> contacts that became known from a second series then.

    What stands in more series and under more names than that is left out: it connects nobody.
    """
    mention = contact_mentions.c
    contact = mention.kind, mention.value
    begins = func.first_value(ads.c.series_id).over(partition_by=contact, order_by=(ads.c.first_seen, ads.c.series_id))
    each = (
        select(*contact, ads.c.series_id, ads.c.first_seen, begins.label("first_series"))
        .join(ads, ads.c.id == mention.ad_id)
        .where(mention.kind.in_(tuple(kinds)), ads.c.series_id.is_not(None))
        .subquery()
    )
    in_another = each.c.series_id != each.c.first_series
    known = (
        select(
            each.c.kind,
            each.c.value,
            func.min(each.c.first_seen).filter(in_another).label("since"),
            func.count(distinct(each.c.series_id)).label("series"),
        )
        .group_by(each.c.kind, each.c.value)
        .having(func.count().filter(in_another) > 0)
        .subquery()
    )
    names = (
        select(func.count(distinct(assessments.c.mediator_key)))
        .join(contact_mentions, mention.assessment_id == assessments.c.id)
        .where(mention.kind == known.c.kind, mention.value == known.c.value)
        .scalar_subquery()
    )
    connects = or_(known.c.series <= most_series, names <= most_names)
    statement = _grouped([known.c.kind], _both("contacts", func.count(), known.c.since, spans))
    return _lines(connection, statement.where(_within(known.c.since, spans), connects))


Step = tuple[datetime, datetime]
"""A stretch of time, its end left out. Where there are several, each begins where the one before ends."""


def ads_over_time(connection: Connection, steps: Sequence[Step]) -> dict[int, int]:
    """Place of the step -> ads seen for the first time in it; steps without any are left out."""
    counted = _over_time(steps, ads.c.first_seen, [])
    return {row.place: row.found for row in connection.execute(counted)}


def cases_over_time(connection: Connection, steps: Sequence[Step]) -> dict[tuple[int, str], int]:
    """(place of the step, level) -> cases opened in it."""
    counted = _over_time(steps, cases.c.opened_at, [cases.c.level])
    return {(row.place, row.level): row.found for row in connection.execute(counted)}


def decisions_over_time(
    connection: Connection, steps: Sequence[Step], *, decisions: Iterable[str]
) -> dict[tuple[int, str], int]:
    """(place of the step, decision) -> decisions that were not taken back."""
    counted = _over_time(steps, case_events.c.at, [case_events.c.decision], _stands(decisions))
    return {(row.place, row.decision): row.found for row in connection.execute(counted)}


def _over_time(
    steps: Sequence[Step], moment: Column[Any], keys: Sequence[Column[Any]], *only: ColumnElement[bool]
) -> Select[Any]:
    """Counts the moments by step and keys, in one walk over them; the steps follow one another without a gap."""
    wanted = [moment >= steps[0][0], moment < steps[-1][1], *only]
    each = select(_place_of(moment, steps).label("place"), *keys).where(*wanted).subquery()
    grouped = [each.c.place, *(each.c[key.name] for key in keys)]
    return select(*grouped, func.count().label("found")).group_by(*grouped)


def _place_of(moment: Column[Any], steps: Sequence[Step], first: int = 0) -> ColumnElement[int]:
    """In which of the steps the moment lies, found by halving them; `first` is the place of the first of them."""
    half = len(steps) // 2
    if not half:
        return literal(first)
    earlier, later = _place_of(moment, steps[:half], first), _place_of(moment, steps[half:], first + half)
    return case((moment < steps[half][0], earlier), else_=later)


def _recorded(
    connection: Connection, table: FromClause, key: ColumnElement[Any], day: ColumnElement[Any], spans: Spans
) -> list[Line]:
    before, first, last = spans.days
    counted = [
        func.count().filter(day >= first).label("found_now"),
        func.count().filter(day < first).label("found_before"),
    ]
    statement = _grouped([key], counted).where(day >= before, day <= last, table.c.revoked_event_id.is_(None))
    return _lines(connection, statement)


def _stands(decisions: Iterable[str]) -> ColumnElement[bool]:
    """The event is one of these decisions, a person's, and was not taken back."""
    events = case_events.alias()
    taken_back = select(events.c.undoes).where(events.c.undoes.is_not(None))
    return and_(
        case_events.c.decision.in_(tuple(decisions)),
        case_events.c.person != SYSTEM,
        case_events.c.id.not_in(taken_back),
    )


def _new_ads_abroad(spans: Spans, *columns: ColumnElement[Any], only: ColumnElement[bool] | None = None) -> Subquery:
    """Id, first_seen and these columns of new ads that offer work abroad."""
    joined = ads.join(assessments, and_(is_current(), _offers_abroad()))
    wanted = [_within(ads.c.first_seen, spans), *([] if only is None else [only])]
    return select(ads.c.id, ads.c.first_seen, *columns).select_from(joined).where(*wanted).subquery()


def _offers_abroad() -> ColumnElement[bool]:
    return and_(assessments.c.is_job_ad, assessments.c.abroad)


def _answer() -> Label[Any]:
    """The verdict, as far as it may be told: on a stale list it says nothing about anybody."""
    told = case(
        (assessments.c.verdict.is_(None), UNCHECKED),
        (and_(assessments.c.stale, assessments.c.verdict != "unidentified"), STALE),
        else_=assessments.c.verdict,
    )
    return told.label("answer")


def _mediator_name() -> ColumnElement[str]:
    name: ColumnElement[str] = assessments.c.result[("mediator", "name")].as_string()
    return name


def _seconds(connection: Connection, moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """Whole seconds since 1970."""
    if connection.dialect.name == "postgresql":
        return cast(func.floor(func.extract("epoch", moment)), Integer)
    return cast(func.strftime("%s", moment, type_=String), Integer)


def _within(moment: ColumnElement[Any], spans: Spans) -> ColumnElement[bool]:
    return and_(moment >= spans.before, moment < spans.end)


def _both(name: str, counted: FunctionElement[Any], moment: ColumnElement[Any], spans: Spans) -> list[Label[Any]]:
    return [
        counted.filter(moment >= spans.start).label(f"{name}_now"),
        counted.filter(moment < spans.start).label(f"{name}_before"),
    ]


def _ads_counted(found: Subquery, spans: Spans) -> list[Label[Any]]:
    return _both("ads", func.count(), found.c.first_seen, spans)


def _grouped(keys: Sequence[ColumnElement[Any]], counted: Sequence[Label[Any]]) -> Select[Any]:
    """Keys, then for each figure two columns: that of the period and that of the one before."""
    labelled = [key.label(f"key_{place}") for place, key in enumerate(keys)]
    return select(*labelled, *counted).group_by(*keys)


def _lines(connection: Connection, statement: Select[Any]) -> list[Line]:
    lines = []
    for row in connection.execute(statement):
        keys = [value for name, value in row._mapping.items() if name.startswith("key_")]
        figures = list(row)[len(keys) :]
        pairs = tuple(Pair(now, before) for now, before in zip(figures[::2], figures[1::2], strict=True))
        lines.append(Line(tuple(keys), pairs))
    return lines


def _by_code(lines: Iterable[Line], *, none: bool = False) -> list[Line]:
    """What was counted under several codes together, under each of them; `none`: also under None where there are none.

    There are few such sets, however many rows have them: to part them here is quicker than in the database.
    """
    found: dict[str | None, list[Pair]] = {}
    for line in lines:
        codes: list[str | None] = [*(line.key[0] or "").split()]
        for code in codes or [None] * none:
            found.setdefault(code, []).append(line.figures[0])
    return [
        Line((code,), (Pair(sum(pair.now for pair in pairs), sum(pair.before for pair in pairs)),))
        for code, pairs in found.items()
    ]
