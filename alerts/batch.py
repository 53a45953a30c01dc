"""What legal staff can file now, laid side by side before they go: each approved text, with what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection

from alerts.cases import CaseState
from alerts.facts import DraftFacts
from alerts.filing import earlier_filing, stood_on
from alerts.headings import heading
from crawler.store.approvals import ApprovalRow, changes_while_approved, standing_approvals
from crawler.store.cases import list_cases
from crawler.store.drafts import approved_draft, leading_ad
from crawler.store.filings import FilingRow, filings_of

WITH_APPROVALS = (CaseState.APPROVED, CaseState.FILED, CaseState.ANSWERED)


def filing_batch(
    connection: Connection, *, today: date, guard_days: int, recipient: str | None = None
) -> list[dict[str, Any]]:
    """Approved texts that were not filed yet, by recipient (docs/json.md). Nothing is recorded."""
    found = [
        row
        for case in list_cases(connection, states=WITH_APPROVALS)
        for row in _of_case(connection, case.id, today, guard_days)
    ]
    return sorted(
        (row for row in found if recipient in (None, row["recipient"])), key=lambda row: (row["recipient"], row["case"])
    )


def _of_case(connection: Connection, case_id: int, today: date, guard_days: int) -> Iterator[dict[str, Any]]:
    filed = {(filing.recipient, filing.version) for filing in filings_of(connection, [case_id])}
    changes = changes_while_approved(connection, case_id)
    for approval in standing_approvals(connection, case_id):
        if (approval.recipient, approval.version) in filed:
            continue
        first = earlier_filing(connection, case_id, approval.recipient, on=today, guard_days=guard_days)
        overtaken = [change.note for change in changes if change.event_id > approval.event_id]
        yield _row(connection, approval, first, "" if stood_on(approval, changes, today) else "; ".join(overtaken))


def _row(connection: Connection, approval: ApprovalRow, first: FilingRow | None, changed: str) -> dict[str, Any]:
    ad = leading_ad(connection, approval.case_id).ad
    limitation = DraftFacts.from_json(approved_draft(connection, approval).facts).limitation
    return {
        "case": approval.case_id,
        "recipient": approval.recipient,
        "title": heading(ad.title, ad.text),
        "version": approval.version,
        "approved_by": approval.person,
        "approved_at": approval.at.isoformat(),
        "sha256": approval.digest,
        "changed": changed,
        "limitation": limitation.ends_on.isoformat() if limitation else None,
        "filed_before": {"filing": first.id, "case": first.case_id, "on": first.filed_on.isoformat()}
        if first
        else None,
        "ready": not changed and first is None,
    }
