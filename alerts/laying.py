"""Laying one draft ready because a person asks for it; the night lays the proposed ones (`alerts.steps`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.cases import CaseState
from alerts.deciding import mark_drafted
from alerts.editing import carry_over
from alerts.facts import DraftFacts
from alerts.gathering import gather_facts, require_no_decision
from alerts.law import built_in_law
from alerts.recipients import find_recipient
from alerts.version_words import VersionWords
from crawler.config import Settings
from crawler.errors import UsageError
from crawler.store.approvals import standing_approvals
from crawler.store.cases import hold_cases, read_case
from crawler.store.drafts import NewDraft, drafted_recipients, leading_ad, newest_version, save_drafts
from crawler.store.engine import reading

STILL_DRAFTABLE = frozenset(
    {CaseState.OPEN, CaseState.UNSURE, CaseState.CONFIRMED, CaseState.DRAFTED, CaseState.REFERRED}
)
"""Not once a person approved: what was approved must stay all there is."""


def lay_ready(engine: Engine, settings: Settings, case_id: int, recipient: str | None, *, now: datetime) -> str:
    """Makes and keeps the case's draft to that recipient unless it is there; returns the recipient's id.

    Without a recipient it is the first one drafted, or proposed. Raises UsageError where there is none or the case
    is past drafting, DraftError as `gather_facts` does.
    """
    with reading(engine) as connection:
        chosen = recipient or _main_recipient(connection, case_id)
        state = CaseState(read_case(connection, case_id).state)
        if chosen in drafted_recipients(connection, case_id):
            if state in STILL_DRAFTABLE:
                judged = leading_ad(connection, case_id).assessment
                require_no_decision(connection, settings, judged, find_recipient(chosen), now=now)
            return chosen
        if chosen in _approved_recipients(connection, case_id):
            return chosen
        if state not in STILL_DRAFTABLE:
            raise UsageError(f"case {case_id} is {state}; no new draft is made for it")
        facts = gather_facts(connection, settings, case_id, chosen, now=now)
    with engine.begin() as connection:
        if not hold_cases(connection, [case_id], states=STILL_DRAFTABLE):
            raise UsageError(f"case {case_id} was decided meanwhile; look at it again")
        save_drafts(connection, [next_draft(connection, chosen, facts)], now=now)
        mark_drafted(connection, case_id, now=now)
    return chosen


def next_draft(connection: Connection, recipient: str, facts: DraftFacts) -> NewDraft:
    """The facts as a draft to be kept, with what legal staff chose and wrote in the version before it, if any."""
    previous = newest_version(connection, facts.case_id, recipient)
    if previous is None:
        return NewDraft(facts.case_id, recipient, facts.to_json())
    carried = carry_over(facts, DraftFacts.from_json(previous.facts), built_in_law())
    return NewDraft(facts.case_id, recipient, carried.to_json(), VersionWords.MADE_ANEW())


def _approved_recipients(connection: Connection, case_id: int) -> list[str]:
    return [approval.recipient for approval in standing_approvals(connection, case_id)]


def _main_recipient(connection: Connection, case_id: int) -> str:
    proposed = leading_ad(connection, case_id).assessment.complaint.recipients
    kept = [*drafted_recipients(connection, case_id), *_approved_recipients(connection, case_id)]
    chosen = next(iter([*kept, *proposed]), None)
    if chosen is None:
        raise UsageError(f"no recipient is proposed for case {case_id}; name one with --recipient")
    return chosen
