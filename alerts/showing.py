"""One case as `adwatch cases show` prints it: plain values, read at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from alerts.cases import CaseState, possible_decisions
from alerts.connections import connections_of_case
from alerts.filing import FilingState, filing_states
from alerts.headings import heading
from crawler.store.approvals import ApprovalRow, approvals_of, changes_after_approval
from crawler.store.cases import case_history, read_case
from crawler.store.drafts import draft_versions_of, drafts_of_case, leading_ad
from crawler.store.filings import OutcomeRow, filings_of
from crawler.store.links import links_of


def shown_case(connection: Connection, case_id: int, *, today: date) -> dict[str, Any]:
    """The case with all that people decided on it (docs/json.md). Raises UsageError where there is none."""
    case, leading = read_case(connection, case_id), leading_ad(connection, case_id)
    judged, approved = leading.assessment, approvals_of(connection, [case_id])
    filed = filing_states(connection, filings_of(connection, [case_id]), today=today)
    return {
        "id": case.id,
        "state": case.state,
        "possible": [decision.value for decision in possible_decisions(CaseState(case.state))],
        "level": case.level,
        "score": case.score,
        "title": heading(leading.ad.title, leading.ad.text),
        "url": leading.ad.url,
        "mediator": judged.mediator.name,
        "verdict": judged.register.verdict.value if judged.register.verdict else None,
        "referral": list(judged.referral),
        "changed_after_approval": changes_after_approval(connection, [case_id]).get(case_id),
        "drafts": _drafts(connection, case_id, approved),
        "approvals": [_approval(approval) for approval in approved],
        "filings": [filing_json(one) for one in filed],
        "joined": _joined(connection, case_id),
        "linked": _linked(connection, case_id),
        "history": _history(connection, case_id),
    }


def filing_json(found: FilingState) -> dict[str, Any]:
    """A filing as commands print it (docs/json.md)."""
    filing = found.filing
    return {
        "id": filing.id,
        "case": filing.case_id,
        "recipient": filing.recipient,
        "channel": filing.channel,
        "filed_on": filing.filed_on.isoformat(),
        "reference": filing.reference,
        "receipt": filing.receipt,
        "receipt_sha256": filing.receipt_digest,
        "version": filing.version,
        "approved_sha256": filing.digest,
        "person": filing.person,
        "recorded_at": filing.recorded_at.isoformat(),
        "first": filing.first_id,
        "again": filing.again,
        "outcomes": [_outcome(outcome) for outcome in found.outcomes],
        "deadlines": [term.to_json() for term in found.terms],
    }


def _drafts(connection: Connection, case_id: int, approved: Sequence[ApprovalRow]) -> list[dict[str, Any]]:
    by = {(one.recipient, one.version): one.person for one in approved if one.ended_at is None}
    return [
        {
            "recipient": draft.recipient,
            "version": draft.version,
            "made_at": draft.created_at.isoformat(),
            "approved_by": by.get((draft.recipient, draft.version)),
            "versions": [
                {"version": one.number, "made_at": one.made_at.isoformat(), "person": one.person, "note": one.note}
                for one in draft_versions_of(connection, case_id, draft.recipient)
            ],
        }
        for draft in drafts_of_case(connection, case_id)
    ]


def _approval(approval: ApprovalRow) -> dict[str, Any]:
    return {
        "recipient": approval.recipient,
        "version": approval.version,
        "person": approval.person,
        "at": approval.at.isoformat(),
        "sha256": approval.digest,
        "ended_at": approval.ended_at.isoformat() if approval.ended_at else None,
    }


def _outcome(outcome: OutcomeRow) -> dict[str, Any]:
    return {
        "outcome": outcome.outcome,
        "on": outcome.happened_on.isoformat(),
        "note": outcome.note,
        "person": outcome.person,
    }


def _joined(connection: Connection, case_id: int) -> list[dict[str, Any]]:
    return [
        {"case": link.joined_id, "role": "goes along with this one"}
        if link.kept_id == case_id
        else {"case": link.kept_id, "role": "goes on for this one"}
        for link in links_of(connection, case_id)
    ]


def _linked(connection: Connection, case_id: int) -> list[dict[str, Any]]:
    """Other cases that share a contact: what a person may want to join."""
    found: dict[int, dict[str, Any]] = {}
    for one in connections_of_case(connection, case_id):
        for other in one.cases:
            found.setdefault(other.id, {"case": other.id, "state": other.state, "why": one.sentence})
    return list(found.values())


def _history(connection: Connection, case_id: int) -> list[dict[str, Any]]:
    return [
        {
            "id": event.id,
            "at": event.at.isoformat(),
            "person": event.person,
            "decision": event.decision,
            "before": event.before,
            "after": event.after,
            "reason": event.reason,
            "note": event.note,
            "undoes": event.undoes,
        }
        for event in case_history(connection, case_id)
    ]
