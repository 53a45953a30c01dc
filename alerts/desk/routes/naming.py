"""Deciding on a case page whether the mediator's name is that of an entry of the register, and taking it back."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from alerts.desk.access import Decider, TheDesk
from alerts.desk.asked_list import AskedList, FormList
from alerts.desk.case_view import case_or_not_found, mark_of
from alerts.desk.failures import Failure, PageError
from alerts.desk.naming import mark_of_decisions
from alerts.desk.numbers import Number
from alerts.desk.state import Desk
from alerts.naming import decide_name, undo_name
from crawler.assessment import Assessment
from crawler.errors import UsageError
from crawler.register import RegisterEntry
from crawler.store.aliases import AliasRow, list_aliases
from crawler.store.drafts import leading_ad
from crawler.store.register import newest_snapshot
from pipelines.register.names import name_key

router = APIRouter(prefix="/cases/{case_id}/name")


@router.post("")
def decide(
    case_id: Number,
    desk: TheDesk,
    visitor: Decider,
    shown: FormList,
    belongs: Annotated[Literal["yes", "no"], Form()],
    entry: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
    known: Annotated[str, Form()] = "",
) -> Response:
    """Writes down that the name of the case's mediator is, or is not, that of one of the nearest entries."""
    with desk.engine.begin() as connection:
        judged = _judged(connection, case_id, seen)
        name = judged.mediator.name or ""
        if known != mark_of_decisions(_decisions(connection, name, with_revoked=True)):
            raise PageError(Failure.CHANGED, case_id=case_id)
        if entry not in {near.name for near in judged.register.nearest}:
            raise PageError(Failure.BAD_FORM, case_id=case_id)
        chosen = _entry(connection, desk, entry, case_id)
        try:
            decide_name(connection, name, chosen, belongs=belongs == "yes", person=visitor.person, now=desk.clock())
        except UsageError as error:
            raise PageError(Failure.BAD_FORM, case_id=case_id) from error
    return _back(case_id, shown)


@router.post("/undo")
def undo(
    case_id: Number,
    desk: TheDesk,
    visitor: Decider,
    shown: FormList,
    decision: Annotated[int, Form()],
    seen: Annotated[str, Form()] = "",
) -> Response:
    """Takes back a decision on the name of the case's mediator."""
    with desk.engine.begin() as connection:
        name = _judged(connection, case_id, seen).mediator.name or ""
        if decision not in {row.id for row in _decisions(connection, name)}:
            raise PageError(Failure.CHANGED, case_id=case_id)
        undo_name(connection, decision, person=visitor.person, now=desk.clock())
    return _back(case_id, shown)


def _judged(connection: Connection, case_id: int, seen: str) -> Assessment:
    """What leads the case. Raises PageError where it is not what the person saw."""
    if seen != mark_of(case_or_not_found(connection, case_id)):
        raise PageError(Failure.CHANGED, case_id=case_id)
    return leading_ad(connection, case_id).assessment


def _decisions(connection: Connection, name: str, *, with_revoked: bool = False) -> list[AliasRow]:
    return list_aliases(connection, name_key=name_key(name), with_revoked=with_revoked)


def _entry(connection: Connection, desk: Desk, name: str, case_id: int) -> RegisterEntry:
    stale_after = desk.settings.file.register_stale_after_days
    register = newest_snapshot(connection, on=desk.today(), stale_after_days=stale_after)
    found = [entry for entry in (register.entries if register else ()) if entry.name == name]
    if len(found) != 1:
        raise PageError(Failure.ENTRY, case_id=case_id)
    return found[0]


def _back(case_id: int, shown: AskedList) -> Response:
    return RedirectResponse(f"/cases/{case_id}?{shown.query()}#registar", status_code=303)
