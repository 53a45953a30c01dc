"""Asking the audit log by days, for pages and the API alike."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from alerts.script import storable
from crawler.belgrade import BELGRADE
from crawler.store.audit import AuditFilter

EARLIEST, LATEST = date(2000, 1, 1), date(2200, 12, 31)
"""Days that may be asked about."""


def audit_between(
    first: date | None, last: date | None, *, person: str = "", act: str = "", subject: str = "", before: int = 0
) -> AuditFilter:
    """The lines of those days of Belgrade, both included; None leaves that end open."""
    return AuditFilter(
        person=storable(person),
        act=act,
        subject=storable(subject),
        since=_midnight(first) if first else None,
        until=_midnight(last + timedelta(days=1)) if last else None,
        before=before,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=BELGRADE)
