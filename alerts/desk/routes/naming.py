"""Deciding on a case page whether the mediator's name is that of an entry of the register, and taking it back."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from alerts.desk.access import Decider, TheDesk
from alerts.desk.asked_list import AskedList, FormList
from alerts.desk.name_steps import SeenName, decide_name_of, undo_name_of
from alerts.desk.numbers import Number

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
    decide_name_of(desk, visitor.person, case_id, entry, belongs=belongs == "yes", seen=SeenName(seen, known))
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
    undo_name_of(desk, visitor.person, case_id, decision, seen=seen)
    return _back(case_id, shown)


def _back(case_id: int, shown: AskedList) -> Response:
    return RedirectResponse(f"/cases/{case_id}?{shown.query()}#registar", status_code=303)
