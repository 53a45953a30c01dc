"""Lists of cases that people saved under a name."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from alerts.desk.access import Bearer, TheDesk
from alerts.desk.api.case_shapes import ListAsk
from alerts.desk.api.cases import Reader, list_of
from alerts.desk.api.doors import writes
from alerts.desk.api.shapes import READS, WRITES, Shape
from alerts.desk.asked_list import AskedList, read_list
from alerts.desk.failures import ApiError
from alerts.desk.numbers import Number
from alerts.desk.people import Person
from alerts.desk.permissions import Permission
from alerts.desk.saved_lists import LONGEST_NAME, TOO_MANY, NotSavedError, delete_list, save_list
from alerts.desk.speaking import Tongue, said
from alerts.desk.state import Desk
from crawler.store.engine import reading
from crawler.store.views import SavedView, views_for

Saver = Annotated[Bearer, Depends(writes(Permission.SEE_CASES))]
ViewNumber = Annotated[Number, Path(description="Number of the view.")]

router = APIRouter(prefix="/views", tags=["cases"])


class ViewShape(Shape):
    """A list of cases with its name."""

    id: int
    name: str
    person: str
    """Whose it is, by name."""
    is_mine: bool
    is_shared: bool
    """Everybody at the desk sees it."""
    list: ListAsk
    """What `/cases` is asked for it."""


class SaveViewAsk(Shape):
    """A list that is to be saved; one of the same person and name makes room for it."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    is_shared: bool = False
    list: ListAsk = ListAsk()


@router.get("", responses=READS)
def views(desk: TheDesk, bearer: Reader) -> tuple[ViewShape, ...]:
    """The person's own first, then what others share, by name."""
    return _views(desk, bearer.person)


@router.post("", responses=WRITES, status_code=201)
def save(ask: SaveViewAsk, desk: TheDesk, bearer: Saver) -> ViewShape:
    """Saves a list for this person, or for everybody."""
    try:
        saved = save_list(desk, bearer.person, list_of(ask.list), name=ask.name, is_shared=ask.is_shared)
    except NotSavedError as error:
        status, code = (409, "too_many") if error.words == TOO_MANY else (422, "no_name")
        raise ApiError(status, said(Tongue.EN, error.words), code=code) from error
    return _view(saved, bearer.person)


@router.post("/{view_id}/delete", responses=WRITES)
def delete(view_id: ViewNumber, desk: TheDesk, bearer: Saver) -> tuple[ViewShape, ...]:
    """Takes away a view of the person's own; answers with those that are left."""
    delete_list(desk, bearer.person, view_id)
    return _views(desk, bearer.person)


def _views(desk: Desk, person: Person) -> tuple[ViewShape, ...]:
    with reading(desk.engine) as connection:
        return tuple(_view(view, person) for view in views_for(connection, person.id))


def _view(view: SavedView, person: Person) -> ViewShape:
    return ViewShape(
        id=view.id,
        name=view.name,
        person=view.person,
        is_mine=view.person_id == person.id,
        is_shared=view.is_shared,
        list=_asked(read_list(dict(parse_qsl(view.query)))),
    )


def _asked(shown: AskedList) -> ListAsk:
    """The list as `/cases` is asked for it; what it does not narrow stands there as its default."""
    return ListAsk.model_validate({name: value for name, value in shown.values() if value})
