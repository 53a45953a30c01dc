"""Taking back the last decision on a case: the state before returns exactly, with everything that hung on it.

The record of what was taken back stays. What the night found since cannot be taken back, nor a decision before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from alerts.cases import UNDO, CaseState, Decision
from alerts.moving import move_by_program, named
from alerts.notes import NoteWords
from crawler.errors import UsageError
from crawler.store.approvals import restore_or_end_approvals
from crawler.store.audit import Act, record
from crawler.store.cases import CaseEvent, case_history, change_state, read_case
from crawler.store.drafts import drafted_recipients
from crawler.store.filings import restore_or_revoke_filings
from crawler.store.links import links_of, restore_or_end_links


@dataclass(frozen=True, slots=True)
class LastDecision:
    """The newest decision that still stands."""

    event_id: int
    decision: Decision
    before: CaseState
    person: str


def last_decision(connection: Connection, case_id: int) -> LastDecision:
    """What an undo would take back. Raises UsageError where there is nothing that can be."""
    read_case(connection, case_id)
    return _newest(case_id, case_history(connection, case_id))


def undo(
    connection: Connection,
    case_id: int,
    *,
    person: str,
    now: datetime,
    seen: CaseState | None = None,
    parting: bool = False,
) -> CaseState:
    """Takes back the newest decision on the case and returns the state that is restored, or one before drafting where
    the case's drafts were taken back since.

    `seen` as in `alerts.moving.move`; `parting`: the case is being parted from the one it is joined to. Raises
    UsageError where there is none, the case really changed since, or another case goes on for it.
    """
    case, who = read_case(connection, case_id), named(person, UNDO)
    if seen is not None and case.state != seen:
        raise UsageError(f"case {case_id} is {case.state} by now, no longer {seen}; look at it again")
    last = _newest(case_id, case_history(connection, case_id))
    if last.event_id in {link.event_id for link in links_of(connection, case_id)} and not parting:
        raise UsageError(f"case {case_id} is joined to another; `adwatch cases part {case_id}` parts them")
    event = CaseEvent(last.before.value, who, now, NoteWords.UNDONE(decision=last.decision), UNDO, undoes=last.event_id)
    by = change_state(connection, case, event)
    told = f"{UNDO} {last.decision}: {case.state} → {last.before}"
    record(connection, Act.DECIDED, person=who, now=now, subject=f"case {case_id}", detail=told)
    for restore in (restore_or_end_approvals, restore_or_revoke_filings, restore_or_end_links):
        restore(connection, undone=last.event_id, by=by)
    if last.before is CaseState.DRAFTED and not drafted_recipients(connection, case_id):
        # Its facts changed meanwhile, and its drafts went with them: new ones are laid.
        return move_by_program(connection, case_id, Decision.REVISE, now=now, note=NoteWords.DRAFTS_GONE())
    return last.before


def _newest(case_id: int, history: Sequence[Row[Any]]) -> LastDecision:
    undone = {event.undoes for event in history}
    for event in reversed(history):
        is_mere_note = event.decision is None and event.before == event.after
        if event.id in undone or is_mere_note or event.decision in (UNDO, Decision.PREPARE):
            continue
        if event.decision == Decision.REVISE:
            raise UsageError(f"case {case_id} really changed since ({event.note}); decide on it anew")
        if event.decision is None:
            break
        return LastDecision(event.id, Decision(event.decision), CaseState(event.before), event.person)
    raise UsageError(f"there is no decision on case {case_id} to take back")
