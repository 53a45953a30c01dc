"""Moving a case from state to state by one decision, in the caller's transaction. Which decision has what in its train
stands in `alerts.deciding`, `alerts.approving`, `alerts.filing` and `alerts.undoing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.cases import BY_PROGRAM, CaseState, Decision, DismissReason, next_state
from crawler.errors import UsageError
from crawler.store.audit import Act, record
from crawler.store.cases import SYSTEM, CaseEvent, change_state, read_case


@dataclass(frozen=True, slots=True)
class Moved:
    """A change of state as it was written."""

    before: CaseState
    after: CaseState
    event_id: int


def move(
    connection: Connection,
    case_id: int,
    decision: Decision,
    *,
    person: str,
    now: datetime,
    note: str = "",
    reason: DismissReason | None = None,
    seen: CaseState | None = None,
) -> Moved:
    """Writes a person's decision on the case.

    `seen` is the state in which the person saw it; None: whatever it is now. Raises UsageError for an unknown case, no
    named person, a state that is not the one seen, or a decision that is not possible in it.
    """
    if decision in BY_PROGRAM:
        raise UsageError(f"`{decision}` is the program's; no person decides it")
    who = named(person, decision)
    moved = _move(connection, case_id, decision, who, now, note=note, reason=reason, seen=seen)
    told = f"{decision}: {moved.before} → {moved.after}"
    record(connection, Act.DECIDED, person=who, now=now, subject=f"case {case_id}", detail=told)
    return moved


def move_by_program(
    connection: Connection, case_id: int, decision: Decision, *, now: datetime, note: str = ""
) -> CaseState:
    """Writes a change that the program itself found (`BY_PROGRAM`). Raises UsageError where it is not possible."""
    if decision not in BY_PROGRAM:
        raise UsageError(f"`{decision}` needs a named person")
    return _move(connection, case_id, decision, SYSTEM, now, note=note).after


def named(person: str, decision: str) -> str:
    """The person's address. Raises UsageError where nobody is named."""
    known = person.strip()
    if not known or known.casefold() == SYSTEM:
        raise UsageError(f"`{decision}` needs a named person")
    return known


def _move(
    connection: Connection,
    case_id: int,
    decision: Decision,
    person: str,
    now: datetime,
    *,
    note: str,
    reason: DismissReason | None = None,
    seen: CaseState | None = None,
) -> Moved:
    case = read_case(connection, case_id)
    before = CaseState(case.state)
    if seen is not None and before is not seen:
        raise UsageError(
            f"case {case_id} is {before} by now, no longer {seen}: somebody else decided; look at it again"
        )
    after = next_state(before, decision)
    event = CaseEvent(after.value, person, now, note.strip(), decision.value, reason.value if reason else None)
    return Moved(before, after, change_state(connection, case, event))
