"""Which proposed drafts of a case are not there, and why: the same check that the night makes, made again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.cases import CaseState
from alerts.desk.case_view import CaseView, recipient_name
from alerts.gathering import DraftRefusedError, Refusal, gather_facts
from alerts.steps import DRAFTED_FOR
from crawler.config import Settings
from crawler.errors import DraftError, UsageError


@dataclass(frozen=True, slots=True)
class MissingDraft:
    """A proposed draft that is not there."""

    name: str
    """Of the recipient."""
    reason: str
    """A Refusal, or `waiting`: nothing stands against it, the next night makes it."""


def missing_drafts(
    connection: Connection, settings: Settings, view: CaseView, *, now: datetime
) -> tuple[MissingDraft, ...]:
    """The proposed drafts that the case lacks; none for a case that drafts are not laid ready for."""
    if CaseState(view.case.state) not in DRAFTED_FOR or not view.assessment.complaint.proposed:
        return ()
    there = {draft.recipient for draft in view.drafts}
    return tuple(
        MissingDraft(recipient_name(recipient), _reason(connection, settings, view.case.id, recipient, now=now))
        for recipient in view.assessment.complaint.recipients
        if recipient not in there
    )


def _reason(connection: Connection, settings: Settings, case_id: int, recipient: str, *, now: datetime) -> str:
    try:
        gather_facts(connection, settings, case_id, recipient, now=now)
    except DraftRefusedError as error:
        return error.reason
    except (DraftError, UsageError):
        return Refusal.OTHER
    return "waiting"
