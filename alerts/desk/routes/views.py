"""Saving a list of cases under a name, and taking it away again."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from alerts.desk.access import FormSender, TheDesk
from alerts.desk.asked_list import FormList
from alerts.desk.failures import Failure, PageError
from alerts.desk.numbers import Number
from alerts.desk.routes.queue import TypedView, queue_answer
from alerts.desk.speaking import to_say
from alerts.script import storable
from crawler.errors import UsageError
from crawler.store.views import delete_view, save_view

LONGEST_NAME = 80
NO_NAME = to_say("Upišite naziv prikaza.")
LONG_NAME = to_say("Naziv prikaza ima najviše osamdeset znakova.")
TOO_MANY = to_say("Jedna osoba čuva najviše trideset prikaza. Obrišite neki od svojih, pa sačuvajte ovaj.")

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
    told, query, typed = " ".join(storable(name).split()), shown.query(), TypedView(name, shared == "1")
    if not 1 <= len(told) <= LONGEST_NAME:
        return queue_answer(desk, visitor, shown, typed=replace(typed, error=LONG_NAME if told else NO_NAME))
    try:
        with desk.engine.begin() as connection:
            save_view(connection, visitor.person.id, name=told, query=query, is_shared=typed.shared, now=desk.clock())
    except UsageError:
        return queue_answer(desk, visitor, shown, typed=replace(typed, error=TOO_MANY))
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
