"""One case for offers that people know to be one matter: the second case goes along with the first.

Its ads stand in the first one's drafts, what really changes about them is told there, and it can be parted again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from alerts.cases import CaseState, Decision, DismissReason
from alerts.deciding import dismissal_note
from alerts.laying import STILL_DRAFTABLE
from alerts.moving import move, move_by_program
from alerts.notes import NoteWords
from alerts.undoing import undo
from crawler.errors import UsageError
from crawler.store.cases import SYSTEM, note_on_case, read_case
from crawler.store.drafts import delete_drafts
from crawler.store.links import add_link, links_of

JOINABLE = frozenset({CaseState.OPEN, CaseState.UNSURE, CaseState.CONFIRMED, CaseState.DRAFTED})


def join_cases(
    connection: Connection, kept_id: int, joined_id: int, *, person: str, now: datetime, note: str = ""
) -> None:
    """Lets the first case go on for the second, which leaves the queue.

    Drafts of the first are taken back: they spoke of its ads only. Raises UsageError where the two are one, one of
    them is joined already, or past drafting.
    """
    if kept_id == joined_id:
        raise UsageError("a case cannot be joined with itself")
    for case_id, states in ((kept_id, STILL_DRAFTABLE), (joined_id, JOINABLE)):
        state = CaseState(read_case(connection, case_id).state)
        if state not in states:
            raise UsageError(f"case {case_id} is {state}; only one of {', '.join(sorted(states))} can be joined")
    if links_of(connection, joined_id) or any(link.joined_id == kept_id for link in links_of(connection, kept_id)):
        raise UsageError(f"case {joined_id} or {kept_id} is joined already; see `adwatch cases show`")
    told = dismissal_note(
        DismissReason.DUPLICATE, f"spojen sa slučajem {kept_id}{f': {note.strip()}' if note.strip() else ''}"
    )
    moved = move(
        connection, joined_id, Decision.DISMISS, person=person, now=now, note=told, reason=DismissReason.DUPLICATE
    )
    add_link(connection, kept_id=kept_id, joined_id=joined_id, event_id=moved.event_id)
    _renew(connection, kept_id, NoteWords.JOINED(case=f"{joined_id}", person=person), now=now)


def part_cases(connection: Connection, joined_id: int, *, person: str, now: datetime) -> CaseState:
    """Parts a joined case from the one that went on for it; returns its state, which is that of before, or one before
    drafting where its facts changed meanwhile.

    Raises UsageError where it is not joined, was decided on since, or the other case was filed.
    """
    link = next((one for one in links_of(connection, joined_id) if one.joined_id == joined_id), None)
    if link is None:
        raise UsageError(f"case {joined_id} is joined to none")
    _renew(connection, link.kept_id, NoteWords.PARTED(case=f"{joined_id}", person=person), now=now)
    return undo(connection, joined_id, person=person, now=now, parting=True)


def _renew(connection: Connection, case_id: int, note: str, *, now: datetime) -> None:
    """Takes the case's drafts back: they spoke of other ads than it has now."""
    if read_case(connection, case_id).state == CaseState.DISMISSED:
        # A person dismissed it: that it speaks of less than before gives nobody a reason to look again.
        note_on_case(connection, case_id, person=SYSTEM, now=now, note=note)
    else:
        move_by_program(connection, case_id, Decision.REVISE, now=now, note=note)
    delete_drafts(connection, case_id)
