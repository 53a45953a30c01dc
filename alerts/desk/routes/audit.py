"""The audit log as a page: who did what, when and from where."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from alerts.desk.access import TheDesk, Visitor, require
from alerts.desk.audit_words import detail_words, subject_words
from alerts.desk.auditing import EARLIEST, LATEST, audit_between
from alerts.desk.permissions import Permission
from crawler.store.audit import Act, count_audit, read_audit
from crawler.store.engine import reading
from crawler.store.people import all_people

PAGE_SIZE = 50

router = APIRouter()


@router.get("/audit")
def audit(
    desk: TheDesk,
    visitor: Annotated[Visitor, Depends(require(Permission.SEE_AUDIT))],
    person: Annotated[str, Query(max_length=200)] = "",
    act: Annotated[str, Query(max_length=30)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """One page of the log, the newest first. Days are those of Belgrade, both included."""
    chosen = act if act in set(Act) else ""
    first, last = _day(since), _day(until)
    asked = audit_between(first, last, person=person, act=chosen)
    with reading(desk.engine) as connection:
        count = count_audit(connection, asked)
        pages = max(1, -(-count // PAGE_SIZE))
        rows = read_audit(connection, asked, page=min(page, pages), size=PAGE_SIZE)
        emails = [row.email for row in all_people(connection)]
    filters = {"person": person, "act": chosen, "since": since if first else "", "until": until if last else ""}
    return desk.pages.answer(
        "audit.html",
        visitor=visitor,
        rows=[(row, subject_words(row.person), subject_words(row.subject), detail_words(row.detail)) for row in rows],
        count=count,
        page=min(page, pages),
        pages=pages,
        filters=filters,
        address=f"/audit?{urlencode({name: value for name, value in filters.items() if value} | {'page': ''})}",
        emails=emails,
        acts=tuple(Act),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None
