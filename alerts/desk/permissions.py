"""What a role may allow at the desk; which role allows what stands in the table of `alerts.desk.people`."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing that somebody may do."""

    SEE_CASES = "see_cases"
    CHECK_OFFERS = "check_offers"
    """Asking about an offer; saving it as a case is deciding."""
    DECIDE = "decide"
    FILE = "file"
    """Approve drafts, record filings and what became of them, close cases."""
    MANAGE_SOURCES = "manage_sources"
    IMPORT_REGISTER = "import_register"
    SEE_REPORTS = "see_reports"
    SEE_AUDIT = "see_audit"
    MANAGE_PEOPLE = "manage_people"
    USE_API = "use_api"
