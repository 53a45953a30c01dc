"""Deciding on a case: the new state and who made it so, written in the caller's transaction.

What leads where stands in `alerts.cases`, approving in `alerts.approving`, filing in `alerts.filing`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from alerts.approving import approve_case, end_approvals
from alerts.cases import WITH_DETAILS, CaseState, Decision, DismissReason
from alerts.moving import move, move_by_program
from crawler.errors import UsageError
from crawler.store.cases import read_case
from crawler.store.drafts import drafted_recipients
from crawler.store.links import kept_cases


def decide_case(
    connection: Connection,
    case_id: int,
    decision: Decision,
    *,
    person: str,
    now: datetime,
    note: str = "",
    reason: DismissReason | None = None,
    seen: CaseState | None = None,
) -> CaseState:
    """Writes a person's decision with a case event and returns the new state.

    Confirming a case whose drafts lie ready makes it drafted at once; approving keeps what is approved. A dismissal
    has a `reason`; with a note alone it is `other`. `seen` as in `move`. Raises UsageError for an unknown case, a
    decision that is not possible now, a dismissal without reason, or one that no named person makes.
    """
    if decision in WITH_DETAILS:
        raise UsageError(f"`{decision}` says more than a note: record it with `adwatch cases filed` or `outcome`")
    if decision is Decision.APPROVE:
        return approve_case(connection, case_id, person=person, now=now, note=note, seen=seen)
    if decision is Decision.REOPEN and (kept := kept_cases(connection, [case_id])):
        raise UsageError(f"case {kept[case_id]} goes on for case {case_id}; `adwatch cases part {case_id}` parts them")
    if decision is Decision.DISMISS:
        reason = reason or DismissReason.OTHER
        note = dismissal_note(reason, note)
    moved = move(connection, case_id, decision, person=person, now=now, note=note, reason=reason, seen=seen)
    if decision is Decision.WITHDRAW:
        end_approvals(connection, case_id, by=moved.event_id)
    return mark_drafted(connection, case_id, now=now) if moved.after is CaseState.CONFIRMED else moved.after


def dismissal_note(reason: DismissReason, note: str) -> str:
    """The reason in words, with what the person adds. Raises UsageError for `other` without words of one's own."""
    own = note.strip()
    if reason is DismissReason.OTHER:
        if not own:
            raise UsageError(f"dismissing a case needs a reason: one of {', '.join(DismissReason)}, or a note")
        return own
    return f"{reason.words}: {own}" if own else reason.words


def mark_drafted(connection: Connection, case_id: int, *, now: datetime) -> CaseState:
    """A confirmed case with drafts becomes drafted; any other stays as it is. Returns the state."""
    state = CaseState(read_case(connection, case_id).state)
    if state is CaseState.CONFIRMED and drafted_recipients(connection, case_id):
        return move_by_program(connection, case_id, Decision.PREPARE, now=now)
    return state
