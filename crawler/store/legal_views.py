"""What legal staff have before them, read for many cases at once: drafts, approvals, filings, and what cases are about.

A constant number of statements, however many cases there are. What it amounts to is told in `alerts.matters`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select

from crawler.store.approvals import FoundChange, found_changes
from crawler.store.images import told_text
from crawler.store.schema import (
    ad_versions,
    approvals,
    assessments,
    case_events,
    case_links,
    cases,
    draft_versions,
    drafts,
    filings,
)
from crawler.store.writing import chunks


@dataclass(frozen=True, slots=True)
class Wanted:
    """A case with the recipients that its assessment proposes."""

    case_id: int
    state: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LaidDraft:
    """A draft without its text."""

    case_id: int
    state: str
    """Of the case."""
    recipient: str
    version: int
    made_at: datetime
    limitation: date | None
    """When the time limit of one year ends, as the draft counts it."""


@dataclass(frozen=True, slots=True)
class StandingApproval:
    """An approval that stands, without the text."""

    id: int
    case_id: int
    state: str
    """Of the case."""
    recipient: str
    version: int
    event_id: int
    digest: str
    person: str
    at: datetime
    limitation: date | None
    ended_at: None = None


@dataclass(frozen=True, slots=True)
class CaseTitle:
    """What a case is about, in a line."""

    id: int
    state: str
    level: str
    title: str | None
    text: str
    """Of the leading ad."""
    mediator: str | None
    destinations: tuple[str, ...]


def wanted_drafts(connection: Connection, states: Collection[str]) -> list[Wanted]:
    """Cases in these states with whom they should go to, in order of their number."""
    recipients = assessments.c.result["complaint"]["recipients"].label("recipients")
    statement = (
        select(cases.c.id, cases.c.state, recipients)
        .join(assessments, assessments.c.id == cases.c.assessment_id)
        .where(cases.c.state.in_(tuple(states)))
        .order_by(cases.c.id)
    )
    return [Wanted(row.id, row.state, tuple(row.recipients or ())) for row in connection.execute(statement)]


def laid_drafts(connection: Connection, states: Collection[str]) -> list[LaidDraft]:
    """Drafts of the cases in these states, in the order they were made."""
    statement = (
        select(
            drafts.c.case_id,
            cases.c.state,
            drafts.c.recipient,
            drafts.c.version,
            drafts.c.created_at.label("made_at"),
            drafts.c.facts["limitation"]["ends_on"].as_string().label("limitation"),
        )
        .join(cases, cases.c.id == drafts.c.case_id)
        .where(cases.c.state.in_(tuple(states)))
        .order_by(drafts.c.id)
    )
    return [LaidDraft(**_with_day(row._mapping)) for row in connection.execute(statement)]


def standing_approvals_in(connection: Connection, states: Collection[str]) -> list[StandingApproval]:
    """Approvals that stand of the cases in these states, in the order they were given."""
    of_version = and_(
        draft_versions.c.case_id == approvals.c.case_id,
        draft_versions.c.recipient == approvals.c.recipient,
        draft_versions.c.number == approvals.c.version,
    )
    names = ("id", "case_id", "recipient", "version", "event_id", "digest")
    statement = (
        select(
            *(approvals.c[name] for name in names),
            cases.c.state,
            case_events.c.person,
            case_events.c.at,
            draft_versions.c.facts["limitation"]["ends_on"].as_string().label("limitation"),
        )
        .join(cases, cases.c.id == approvals.c.case_id)
        .join(case_events, case_events.c.id == approvals.c.event_id)
        .join(draft_versions, of_version)
        .where(cases.c.state.in_(tuple(states)), approvals.c.ended_event_id.is_(None))
        .order_by(approvals.c.id)
    )
    return [StandingApproval(**_with_day(row._mapping)) for row in connection.execute(statement)]


def count_filings(connection: Connection, states: Collection[str]) -> int:
    """How many filings that count belong to cases in these states."""
    statement = (
        select(func.count(filings.c.id))
        .join(cases, cases.c.id == filings.c.case_id)
        .where(cases.c.state.in_(tuple(states)), filings.c.revoked_event_id.is_(None))
    )
    return int(connection.scalar(statement) or 0)


def titles_of_cases(connection: Connection, case_ids: Iterable[int]) -> dict[int, CaseTitle]:
    """What these cases are about, by number."""
    found: dict[int, CaseTitle] = {}
    for some in chunks(sorted(set(case_ids))):
        statement = (
            select(
                cases.c.id,
                cases.c.state,
                cases.c.level,
                ad_versions.c.title,
                told_text(),
                assessments.c.result["mediator"]["name"].label("mediator"),
                assessments.c.result["destinations"].label("destinations"),
            )
            .join(assessments, assessments.c.id == cases.c.assessment_id)
            .join(ad_versions, ad_versions.c.id == assessments.c.version_id)
            .where(cases.c.id.in_(some))
        )
        for row in connection.execute(statement):
            found[row.id] = CaseTitle(**{**row._mapping, "destinations": tuple(row.destinations or ())})
    return found


def series_with_joined(connection: Connection, case_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """By case: its series, and those of the cases that it goes on for."""
    wanted = sorted(set(case_ids))
    found: defaultdict[int, set[int]] = defaultdict(set)
    joined = case_links.join(cases, cases.c.id == case_links.c.joined_id)
    for some in chunks(wanted):
        own = select(cases.c.id, cases.c.series_id).where(cases.c.id.in_(some))
        others = (
            select(case_links.c.kept_id.label("id"), cases.c.series_id)
            .select_from(joined)
            .where(case_links.c.kept_id.in_(some), case_links.c.ended_event_id.is_(None))
        )
        for row in connection.execute(own.union(others)):
            found[row.id].add(row.series_id)
    return {case_id: frozenset(series) for case_id, series in found.items()}


def changes_by_case(connection: Connection, case_ids: Iterable[int]) -> dict[int, list[FoundChange]]:
    """By case: real changes that the night found while it was approved, oldest first."""
    found: defaultdict[int, list[FoundChange]] = defaultdict(list)
    for some in chunks(sorted(set(case_ids))):
        for case_id, change in found_changes(connection, some):
            found[case_id].append(change)
    return dict(found)


def _with_day(row: Any) -> dict[str, Any]:
    day = row["limitation"]
    return {**row, "limitation": date.fromisoformat(day) if day else None}
