"""Deciding on a case: the new state and who made it so, written in the caller's transaction.

What leads where stands in `alerts.cases`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from alerts.cases import BY_PROGRAM, CaseState, Decision, next_state
from crawler.errors import UsageError
from crawler.store.cases import SYSTEM, CaseRow, change_state, read_case
from crawler.store.drafts import drafted_recipients


def decide_case(
    connection: Connection, case_id: int, decision: Decision, *, person: str, now: datetime, note: str = ""
) -> CaseState:
    """Writes a person's decision with a case event and returns the new state.

    Confirming a case whose drafts lie ready makes it drafted at once. Raises UsageError for an unknown case, a
    decision that is not possible now, a dismissal without reason, or one that no named person makes.
    """
    if decision in BY_PROGRAM or not person.strip() or person.strip().casefold() == SYSTEM:
        raise UsageError(f"`{decision}` needs a named person")
    if decision is Decision.DISMISS and not note.strip():
        raise UsageError("dismissing a case needs a reason")
    state = _move(connection, read_case(connection, case_id), decision, person=person.strip(), now=now, note=note)
    return mark_drafted(connection, case_id, now=now) if state is CaseState.CONFIRMED else state


def mark_drafted(connection: Connection, case_id: int, *, now: datetime) -> CaseState:
    """A confirmed case with drafts becomes drafted; any other stays as it is. Returns the state."""
    state = CaseState(read_case(connection, case_id).state)
    if state is CaseState.CONFIRMED and drafted_recipients(connection, case_id):
        return mark_by_program(connection, case_id, Decision.PREPARE, now=now)
    return state


def mark_by_program(
    connection: Connection, case_id: int, decision: Decision, *, now: datetime, note: str = ""
) -> CaseState:
    """Writes a change that the program itself found (`BY_PROGRAM`). Raises UsageError where it is not possible."""
    if decision not in BY_PROGRAM:
        raise UsageError(f"`{decision}` needs a named person")
    return _move(connection, read_case(connection, case_id), decision, person=SYSTEM, now=now, note=note)


def _move(
    connection: Connection, case: CaseRow, decision: Decision, *, person: str, now: datetime, note: str
) -> CaseState:
    after = next_state(CaseState(case.state), decision)
    change_state(connection, case, after=after.value, person=person, now=now, note=note.strip())
    return after
