"""What legal staff can file now, laid side by side before they go: each approved text, with what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts.cases import CaseState
from alerts.filing import stood_on
from alerts.headings import heading
from crawler.store.approvals import FoundChange
from crawler.store.filings import FilingRow, all_filings
from crawler.store.legal_views import (
    CaseTitle,
    StandingApproval,
    changes_by_case,
    series_with_joined,
    standing_approvals_in,
    titles_of_cases,
)

WITH_APPROVALS = (CaseState.APPROVED, CaseState.FILED, CaseState.ANSWERED)


def filing_batch(
    connection: Connection, *, today: date, guard_days: int, recipient: str | None = None
) -> list[dict[str, Any]]:
    """Approved texts that were not filed yet, by recipient (docs/json.md). Nothing is recorded."""
    filed = all_filings(connection)
    done = {(filing.case_id, filing.recipient, filing.version) for filing in filed}
    waiting = [
        approval
        for approval in standing_approvals_in(connection, WITH_APPROVALS)
        if recipient in (None, approval.recipient)
        and (approval.case_id, approval.recipient, approval.version) not in done
    ]
    case_ids = {approval.case_id for approval in waiting}
    titles, changes = titles_of_cases(connection, case_ids), changes_by_case(connection, case_ids)
    series = series_with_joined(connection, case_ids)
    rows = []
    for approval in waiting:
        since = today - timedelta(days=guard_days)
        first = _first(filed, approval.recipient, series[approval.case_id], since=since, until=today)
        changed = _overtaken(approval, changes.get(approval.case_id, ()), today)
        rows.append(_row(approval, titles, first, changed))
    return sorted(rows, key=lambda row: (row["recipient"], row["case"]))


def _first(
    filed: Iterable[FilingRow], recipient: str, series: frozenset[int], *, since: date, until: date
) -> FilingRow | None:
    """The first filing with the recipient on one of the series, from one day to another."""
    alike = (one for one in filed if one.recipient == recipient and one.series_id in series)
    return min((one for one in alike if since <= one.filed_on <= until), key=_earliest, default=None)


def _earliest(filing: FilingRow) -> tuple[date, int]:
    return filing.filed_on, filing.id


def _overtaken(approval: StandingApproval, changes: Iterable[FoundChange], today: date) -> str:
    """What really changed after the text was approved; empty where it can be filed as it is."""
    since = [change for change in changes if change.event_id > approval.event_id]
    return "" if stood_on(approval, since, today) else "; ".join(change.note for change in since)


def _row(
    approval: StandingApproval, titles: Mapping[int, CaseTitle], first: FilingRow | None, changed: str
) -> dict[str, Any]:
    about = titles[approval.case_id]
    return {
        "case": approval.case_id,
        "recipient": approval.recipient,
        "title": heading(about.title, about.text),
        "version": approval.version,
        "approved_by": approval.person,
        "approved_at": approval.at.isoformat(),
        "sha256": approval.digest,
        "changed": changed,
        "limitation": approval.limitation.isoformat() if approval.limitation else None,
        "filed_before": {"filing": first.id, "case": first.case_id, "on": first.filed_on.isoformat()}
        if first
        else None,
        "ready": not changed and first is None,
    }
