"""Approving drafts: the text is kept as it was approved, byte by byte, with its hash; nothing made later changes it.

A draft that became another version since must be approved anew before it can be filed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.cases import CaseState, Decision
from alerts.drafting import document_of
from alerts.evidence import verify_items
from alerts.facts import DraftFacts
from alerts.frozen import digest_of, frozen
from alerts.moving import move
from alerts.script import Script
from crawler.errors import UsageError
from crawler.store.approvals import ApprovalRow, NewApproval, end_approval, save_approvals, standing_approvals
from crawler.store.drafts import DraftRow, drafts_of_case


def approve_case(
    connection: Connection,
    case_id: int,
    *,
    person: str,
    now: datetime,
    note: str = "",
    recipients: Collection[str] = (),
    seen: CaseState | None = None,
    texts: Collection[str] | None = None,
) -> CaseState:
    """Approves the case's drafts (all, or those to these recipients) as they are now, and keeps their text.

    `texts`: the hashes (`text_digest`) of the very texts that the person saw; None: whatever they are. Raises
    UsageError where the case cannot be approved now, there is nothing to approve or a text is not the one seen,
    DraftError where a draft cannot be told.
    """
    standing = standing_approvals(connection, case_id)
    waiting = _unapproved(drafts_of_case(connection, case_id), standing, recipients)
    moved = move(connection, case_id, Decision.APPROVE, person=person, now=now, note=note, seen=seen)
    if not waiting:
        raise UsageError(f"case {case_id} has no draft that waits for approval")
    chosen = {draft.recipient for draft in waiting}
    for approval in standing:
        if approval.recipient in chosen:
            end_approval(connection, approval.id, by=moved.event_id)
    approved = [_approval(draft, moved.event_id) for draft in waiting]
    if texts is not None and {approval.digest for approval in approved} != set(texts):
        raise UsageError(f"a draft of case {case_id} is no longer the text that was seen; look at it again")
    save_approvals(connection, approved)
    return moved.after


def text_digest(draft: DraftRow) -> str:
    """SHA-256 (hex) of the draft's text in both scripts, as it would be kept if it were approved now.

    Raises DraftError where it cannot be told.
    """
    return digest_of(_text(draft))


def end_approvals(connection: Connection, case_id: int, *, by: int) -> None:
    """No approval of the case stands after that event."""
    for approval in standing_approvals(connection, case_id):
        end_approval(connection, approval.id, by=by)


def _unapproved(
    drafts: Sequence[DraftRow], standing: Sequence[ApprovalRow], recipients: Collection[str]
) -> list[DraftRow]:
    if missing := set(recipients) - {draft.recipient for draft in drafts}:
        raise UsageError(f"there is no draft to `{min(missing)}`; `adwatch draft` makes one")
    approved = {(approval.recipient, approval.version) for approval in standing}
    return [
        draft
        for draft in drafts
        if (not recipients or draft.recipient in recipients) and (draft.recipient, draft.version) not in approved
    ]


def _approval(draft: DraftRow, event_id: int) -> NewApproval:
    kept = _text(draft)
    return NewApproval(draft.case_id, draft.recipient, draft.version, event_id, kept, digest_of(kept))


def _text(draft: DraftRow) -> str:
    facts = DraftFacts.from_json(draft.facts)
    return frozen({script: document_of(facts, script) for script in Script})


def verify_drafts(connection: Connection, evidence_folder: Path, case_id: int) -> None:
    """Reads the bytes of the evidence that the case's drafts list. Raises DraftError where one does not verify."""
    for draft in drafts_of_case(connection, case_id):
        verify_items(connection, evidence_folder, DraftFacts.from_json(draft.facts).evidence)
