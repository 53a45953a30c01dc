"""Saving a list of cases under a name, and taking it away again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from alerts.desk.access import FormSender, TheDesk
from alerts.desk.asked_list import FormList
from alerts.desk.failures import Failure, PageError
from alerts.desk.numbers import Number
from alerts.script import storable
from crawler.errors import UsageError
from crawler.store.views import delete_view, save_view

LONGEST_NAME = 80

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
    told = " ".join(storable(name).split())[:LONGEST_NAME]
    if not told:
        raise PageError(Failure.NO_NAME)
    query = shown.query()
    with desk.engine.begin() as connection:
        try:
            save_view(connection, visitor.person.id, name=told, query=query, is_shared=shared == "1", now=desk.clock())
        except UsageError as error:
            raise PageError(Failure.NO_NAME) from error
    return RedirectResponse(f"/?{query}", status_code=303)


@router.post("/{view_id}/delete")
def delete(
    view_id: Number,
    desk: TheDesk,
    visitor: FormSender,
    shown: FormList,
) -> Response:
    """Takes away a view of this person's own."""
    with desk.engine.begin() as connection:
        if not delete_view(connection, view_id, person_id=visitor.person.id):
            raise PageError(Failure.NOT_FOUND)
    return RedirectResponse(f"/?{shown.query()}", status_code=303)
