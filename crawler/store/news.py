"""Cases that are new, or of which the program found a real change, in a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from crawler.assessment import Assessment
from crawler.store.cases import SYSTEM
from crawler.store.schema import assessments, case_events, cases


@dataclass(frozen=True, slots=True)
class CaseNews:
    """One such case."""

    id: int
    is_new: bool
    assessment: Assessment
    """The leading one, as it is now."""


def cases_with_news(connection: Connection, *, after: datetime, until: datetime) -> list[CaseNews]:
    """Cases opened after the one and up to the other time and still undecided, and changed ones; worst first."""
    event = case_events.c
    told = (
        select(event.case_id, func.min(event.before).label("before"))
        .where(event.person == SYSTEM, event.at > after, event.at <= until)
        .where(or_(event.before == "", event.decision == "revise"))
        .group_by(event.case_id)
        .subquery()
    )
    statement = (
        select(cases.c.id, cases.c.state, told.c.before, assessments.c.result)
        .join(told, told.c.case_id == cases.c.id)
        .join(assessments, assessments.c.id == cases.c.assessment_id)
        .where(cases.c.state.not_in(("dismissed", "closed")))
        .order_by(cases.c.score.desc(), cases.c.id)
    )
    found = [
        CaseNews(row.id, row.before == "", Assessment.from_json(row.result))
        for row in connection.execute(statement)
        if row.before != "" or row.state == "open"
    ]
    return sorted(found, key=lambda one: -one.assessment.risk.level.rank)
