"""Saving a list of cases under a name, and taking it away again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from alerts.desk.access import FormSender, TheDesk
from alerts.desk.asked_list import FormList
from alerts.desk.numbers import Number
from alerts.desk.routes.queue import TypedView, queue_answer
from alerts.desk.saved_lists import NotSavedError, delete_list, save_list

router = APIRouter(prefix="/views")


@router.post("")
def save(
    desk: TheDesk,
    visitor: FormSender,
    shown: FormList,
    name: Annotated[str, Form()] = "",
    shared: Annotated[str, Form()] = "",
) -> Response:
    """Saves the list that is shown for this person, or for everybody."""
    is_shared = shared == "1"
    try:
        save_list(desk, visitor.person, shown, name=name, is_shared=is_shared)
    except NotSavedError as error:
        return queue_answer(desk, visitor, shown, typed=TypedView(name, is_shared, error.words))
    return RedirectResponse(f"/?{shown.query()}", status_code=303)


@router.post("/{view_id}/delete")
def delete(
    view_id: Number,
    desk: TheDesk,
    visitor: FormSender,
    shown: FormList,
) -> Response:
    """Takes away a view of this person's own."""
    delete_list(desk, visitor.person, view_id)
    return RedirectResponse(f"/?{shown.query()}", status_code=303)
