"""What changed about a case after its drafts were approved. What counts as a change is told in `alerts.steps`."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from crawler.store.cases import SYSTEM
from crawler.store.schema import case_events, cases
from crawler.store.writing import chunks

APPROVED = "approved"


def changes_after_approval(connection: Connection, case_ids: Iterable[int]) -> dict[int, str]:
    """For each of the cases that is approved and changed since: the newest change, as its event names it."""
    found: dict[int, str] = {}
    for some in chunks(sorted(case_ids)):
        statement = (
            select(case_events.c.case_id, case_events.c.before, case_events.c.person, case_events.c.note)
            .join(cases, cases.c.id == case_events.c.case_id)
            .where(cases.c.id.in_(some), cases.c.state == APPROVED, case_events.c.after == APPROVED)
            .order_by(case_events.c.id)
        )
        for event in connection.execute(statement):
            if event.before != APPROVED:
                found.pop(event.case_id, None)
            elif event.person == SYSTEM:
                found[event.case_id] = event.note
    return found
