"""Figures of a period, and who the token speaks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from alerts.desk.access import Bearer, TheDesk, token_visitor
from alerts.desk.api.doors import may
from alerts.desk.api.shapes import READS, Day, Moment, Shape
from alerts.desk.failures import Failure, PageError
from alerts.desk.noting import note
from alerts.desk.people import Role
from alerts.desk.permissions import Permission
from alerts.desk.routes.reports import Asked, may_name
from alerts.desk.tokens import Scope
from alerts.reports.exporting import file_stem, json_of
from alerts.reports.figures import SheetId, make_report
from alerts.reports.periods import Preset
from crawler.store.audit import Act
from crawler.store.engine import reading

Reader = Annotated[Bearer, Depends(may(Permission.SEE_REPORTS))]

router = APIRouter()


class MeShape(Shape):
    """Who a token speaks for, and how far."""

    email: str
    name: str
    role: Role
    scope: Scope
    permissions: tuple[Permission, ...]
    """Of the role; a token that only reads allows only what changes nothing."""


class BeforeShape(Shape):
    """The period that numbers ending in `_before` are of."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day


class ReportAsk(Shape):
    """A period, by its days or by a word; by default the last whole month."""

    from_: Annotated[str, Field(alias="from", max_length=40)] = ""
    """As 2026-10-01."""
    to: Annotated[str, Field(max_length=40)] = ""
    last: Preset | None = None
    names: bool = False
    """With the firms by name; not for those who only read."""


class ReportShape(Shape):
    """All figures of a period; the sheets are told in docs/json.md."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day
    days: int
    before: BeforeShape
    made_at: Moment
    sheets: dict[SheetId, tuple[dict[str, str | int | float | None], ...]]


@router.get("/me", responses=READS, tags=["people"])
def me(bearer: Annotated[Bearer, Depends(token_visitor)]) -> MeShape:
    """Who this token speaks for."""
    person = bearer.person
    allowed = tuple(permission for permission in Permission if person.role.may(permission))
    return MeShape(email=person.email, name=person.name, role=person.role, scope=bearer.scope, permissions=allowed)


@router.get("/reports", responses=READS, tags=["reports"])
def report(desk: TheDesk, bearer: Reader, ask: Annotated[ReportAsk, Query()]) -> ReportShape:
    """The figures of a period, as `adwatch report --json` prints them."""
    if ask.names and not may_name(bearer.person):
        raise PageError(Failure.NOT_ALLOWED)
    period = Asked(ask.from_, ask.to, ask.last, ask.names).period(desk.today())
    with reading(desk.engine) as connection:
        made = make_report(connection, period, now=desk.clock(), with_names=ask.names)
    note(desk, bearer, Act.EXPORTED, subject=f"report {file_stem(made)}", detail="API")
    return ReportShape.model_validate(json_of(made))
