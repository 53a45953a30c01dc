"""Noting in the audit log what a person takes out of the desk: files, exports. Decisions note themselves."""

from __future__ import annotations

from alerts.desk.access import Caller
from alerts.desk.state import Desk
from crawler.store.audit import Act, record


def note(desk: Desk, caller: Caller, act: Act, *, subject: str, detail: str = "") -> None:
    """Writes the line down in a transaction of its own: call it before the file is handed out."""
    with desk.engine.begin() as connection:
        record(connection, act, person=caller.person.email, now=desk.clock(), subject=subject, detail=detail)
