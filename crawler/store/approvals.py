"""Approved texts, and what changed about a case after them. What counts as a change is told in `alerts.steps`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Subquery, and_, exists, func, insert, or_, select, update

from crawler.store.cases import SYSTEM, is_by_program
from crawler.store.schema import approvals, case_events, cases
from crawler.store.writing import chunks

APPROVED = "approved"
_made, _ended, _undoing = (case_events.alias(name) for name in ("made", "ended", "undoing"))


@dataclass(frozen=True, slots=True)
class NewApproval:
    """A text to be kept as approved."""

    case_id: int
    recipient: str
    version: int
    event_id: int
    document: str
    digest: str


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """An approved text with who approved it, and when it stopped to stand."""

    id: int
    case_id: int
    recipient: str
    version: int
    event_id: int
    document: str
    digest: str
    """SHA-256 of the document, hex."""
    person: str
    at: datetime
    ended_at: datetime | None
    """None: it stands."""


@dataclass(frozen=True, slots=True)
class FoundChange:
    """A real change that the night found while a case was approved."""

    event_id: int
    at: datetime
    note: str


def save_approvals(connection: Connection, approved: Sequence[NewApproval]) -> None:
    """Keeps the approved texts."""
    connection.execute(insert(approvals), [asdict(approval) for approval in approved])


def end_approval(connection: Connection, approval_id: int, *, by: int) -> None:
    """Lets the approval stand no longer, by that event."""
    connection.execute(update(approvals).where(approvals.c.id == approval_id).values(ended_event_id=by))


def restore_or_end_approvals(connection: Connection, *, undone: int, by: int) -> None:
    """An event was undone: what it approved stands no longer, what it ended stands again."""
    connection.execute(update(approvals).where(approvals.c.event_id == undone).values(ended_event_id=by))
    connection.execute(update(approvals).where(approvals.c.ended_event_id == undone).values(ended_event_id=None))


def standing_approvals(connection: Connection, case_id: int) -> list[ApprovalRow]:
    """The case's approvals that stand, in the order they were made."""
    return [row for row in approvals_of(connection, [case_id]) if row.ended_at is None]


def approvals_of(connection: Connection, case_ids: Iterable[int]) -> list[ApprovalRow]:
    """All approvals of these cases, in the order they were made."""
    found: list[ApprovalRow] = []
    for some in chunks(sorted(case_ids)):
        statement = _approvals().where(approvals.c.case_id.in_(some)).order_by(approvals.c.id)
        found.extend(ApprovalRow(**row._mapping) for row in connection.execute(statement))
    return found


def changes_while_approved(connection: Connection, case_id: int) -> list[FoundChange]:
    """Real changes that the night found while the case was approved, oldest first."""
    return [change for _, change in found_changes(connection, [case_id])]


def found_changes(connection: Connection, case_ids: Sequence[int]) -> list[tuple[int, FoundChange]]:
    """As `changes_while_approved`, of several cases (as many as one statement takes), each with its case."""
    statement = _changes().where(case_events.c.case_id.in_(case_ids)).order_by(case_events.c.id)
    return [(row.case_id, FoundChange(row.id, row.at, row.note)) for row in connection.execute(statement)]


def changes_after_approval(connection: Connection, case_ids: Iterable[int]) -> dict[int, str]:
    """For each of the cases that is approved and changed since: the newest change, as its event names it."""
    found: dict[int, str] = {}
    for some in chunks(sorted(case_ids)):
        since = _last_approving(some)
        statement = (
            _changes()
            .join(cases, cases.c.id == case_events.c.case_id)
            .outerjoin(since, since.c.case_id == case_events.c.case_id)
            .where(cases.c.id.in_(some), cases.c.state == APPROVED, case_events.c.id > func.coalesce(since.c.id, 0))
            .order_by(case_events.c.id)
        )
        found.update((row.case_id, row.note) for row in connection.execute(statement))
    return found


def _last_approving(case_ids: Sequence[int]) -> Subquery:
    """By case: the newest event by which a person approved it and that was not taken back."""
    by_person = and_(
        case_events.c.after == APPROVED,
        case_events.c.person != SYSTEM,
        or_(
            case_events.c.decision == "approve",
            and_(case_events.c.decision.is_(None), case_events.c.before != APPROVED),
        ),
    )
    return (
        select(case_events.c.case_id, func.max(case_events.c.id).label("id"))
        .where(case_events.c.case_id.in_(case_ids), by_person, ~exists().where(_undoing.c.undoes == case_events.c.id))
        .group_by(case_events.c.case_id)
        .subquery()
    )


def _changes() -> Select[Any]:
    columns = case_events.c.id, case_events.c.case_id, case_events.c.at, case_events.c.note
    return select(*columns).where(case_events.c.before == APPROVED, case_events.c.after == APPROVED, is_by_program())


def _approvals() -> Select[Any]:
    names = ("id", "case_id", "recipient", "version", "event_id", "document", "digest")
    return (
        select(*(approvals.c[name] for name in names), _made.c.person, _made.c.at, _ended.c.at.label("ended_at"))
        .join(_made, _made.c.id == approvals.c.event_id)
        .outerjoin(_ended, _ended.c.id == approvals.c.ended_event_id)
    )
