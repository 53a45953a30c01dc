"""Deciding on what somebody saw, for pages and the API alike. What a decision leads to is told in `alerts.deciding`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from alerts.cases import CaseState, Decision, DismissReason
from alerts.deciding import decide_case
from alerts.desk.case_view import case_or_not_found, mark_of
from alerts.desk.failures import Failure, PageError
from alerts.script import storable
from alerts.undoing import last_decision, undo
from crawler.errors import UsageError
from crawler.store.audit import Act, record
from crawler.store.cases import note_on_case

LONGEST_NOTE = 2000


def decide_seen(
    connection: Connection,
    case_id: int,
    decision: Decision,
    *,
    seen: str,
    person: str,
    now: datetime,
    note: str = "",
    reason: DismissReason | None = None,
) -> CaseState:
    """Decides on the case whose mark (`mark_of`) somebody saw; returns the new state.

    Raises PageError for a case that is not there or no longer that, and for a dismissal without a reason.
    """
    if decision is Decision.DISMISS and reason in (None, DismissReason.OTHER) and not note:
        raise PageError(Failure.NO_REASON, case_id=case_id)
    if seen != mark_of(case_or_not_found(connection, case_id)):
        raise PageError(Failure.CHANGED, case_id=case_id)
    try:
        return decide_case(connection, case_id, decision, person=person, now=now, note=note, reason=reason)
    except UsageError as error:
        raise PageError(Failure.CHANGED, case_id=case_id) from error


def move_seen(
    connection: Connection,
    case_id: int,
    decision: Decision,
    *,
    seen: CaseState,
    person: str,
    now: datetime,
    note: str = "",
) -> CaseState:
    """As `decide_seen`, where the state is all that counts: withdrawing an approval, closing."""
    case_or_not_found(connection, case_id)
    try:
        return decide_case(connection, case_id, decision, person=person, now=now, note=note, seen=seen)
    except UsageError as error:
        raise PageError(Failure.CHANGED, case_id=case_id) from error


def undo_seen(
    connection: Connection,
    case_id: int,
    event: int,
    *,
    among: Collection[Decision],
    of: str | None = None,
    person: str,
    now: datetime,
) -> CaseState:
    """Takes back the last decision, if it is the event that somebody saw and one of `among`; returns the state.

    `of`: only a decision of that person. Raises PageError as `decide_seen`.
    """
    case_or_not_found(connection, case_id)
    try:
        last = last_decision(connection, case_id)
        if last.event_id != event or last.decision not in among or of not in (None, last.person):
            raise PageError(Failure.CHANGED, case_id=case_id)
        return undo(connection, case_id, person=person, now=now)
    except UsageError as error:
        raise PageError(Failure.CHANGED, case_id=case_id) from error


def note_of(text: str) -> str:
    """What a person wrote beside a decision, on one line. Raises PageError where it is too long: nothing is cut off."""
    return _whole(" ".join(storable(text).split()))


def add_note_to(connection: Connection, case_id: int, note: str, *, person: str, now: datetime) -> None:
    """Adds a note to the case's history, where it stays.

    Raises PageError for an empty one, one that is too long, or no such case.
    """
    case_or_not_found(connection, case_id)
    told = "\n".join(" ".join(line.split()) for line in storable(note).strip().splitlines())
    if not told:
        raise PageError(Failure.NO_NOTE, case_id=case_id)
    note_on_case(connection, case_id, person=person, now=now, note=_whole(told))
    record(connection, Act.NOTED, person=person, now=now, subject=f"case {case_id}")


def _whole(note: str) -> str:
    if len(note) > LONGEST_NOTE:
        raise PageError(Failure.LONG_NOTE)
    return note
