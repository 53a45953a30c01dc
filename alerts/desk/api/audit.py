"""The audit log: who did what, when and from where."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from alerts.desk.access import Bearer, TheDesk
from alerts.desk.api.doors import may
from alerts.desk.api.shapes import MOST_ITEMS, READS, Day, Listed, Moment, Shape
from alerts.desk.auditing import EARLIEST, LATEST, audit_between
from alerts.desk.numbers import LARGEST_NUMBER
from alerts.desk.permissions import Permission
from crawler.store.audit import LONGEST_SUBJECT, Act, AuditRow, read_audit
from crawler.store.engine import reading

Auditor = Annotated[Bearer, Depends(may(Permission.SEE_AUDIT))]
AskedDay = Annotated[Day, Field(ge=EARLIEST, le=LATEST)]

router = APIRouter(tags=["people"])


class LineShape(Shape):
    """One line of the log, as `adwatch audit` prints it."""

    id: int
    at: Moment
    person: str
    """E-mail address, or `command of …`; empty where nobody is known."""
    act: str
    subject: str
    detail: str
    address: str
    """Network address; empty for commands."""


class AuditAsk(Shape):
    """Which lines are asked for."""

    person: Annotated[str, Field(max_length=200)] = ""
    """E-mail address of who did it."""
    act: Act | None = None
    subject: Annotated[str, Field(max_length=LONGEST_SUBJECT)] = ""
    """What it was about, as `case 12`."""
    since: AskedDay | None = None
    """First day."""
    until: AskedDay | None = None
    """Last day."""
    cursor: Annotated[int, Field(ge=0, le=LARGEST_NUMBER)] = 0
    """`next` of the page before; 0: the first."""
    limit: Annotated[int, Field(ge=1, le=MOST_ITEMS)] = 50


@router.get("/audit", responses=READS)
def audit(desk: TheDesk, bearer: Auditor, ask: Annotated[AuditAsk, Query()]) -> Listed[LineShape]:
    """The lines, the newest first. A page stays where it is while lines are added."""
    asked = audit_between(
        ask.since, ask.until, person=ask.person, act=ask.act or "", subject=ask.subject, before=ask.cursor
    )
    with reading(desk.engine) as connection:
        found = read_audit(connection, asked, size=ask.limit + 1)
    page = found[: ask.limit]
    return Listed(items=tuple(map(_line, page)), next=page[-1].id if len(found) > ask.limit else None)


def _line(row: AuditRow) -> LineShape:
    return LineShape.model_validate(row)
