"""How far what legal staff have to do about a case before a recipient has come. How that is found: `alerts.matters`."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """How far a matter has come."""

    TO_PREPARE = "to_prepare"
    """Confirmed; there is no draft yet."""
    PREPARED = "prepared"
    """A draft waits for approval."""
    APPROVED = "approved"
    """An approved text waits to be filed by a person."""
    FILED = "filed"
    """No answer yet."""
    ANSWERED = "answered"
    CLOSED = "closed"
