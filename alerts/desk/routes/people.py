"""Managing people: who may log in, in which role, and what to do for who cannot."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from alerts.desk import staff
from alerts.desk.access import TheDesk, Visitor, require, require_post
from alerts.desk.numbers import Number
from alerts.desk.people import Role
from alerts.desk.people_steps import BadPersonError, change_by, hire_by, reset_by
from alerts.desk.permissions import Permission
from alerts.desk.state import Desk
from alerts.desk.throttle import locked_accounts
from crawler.store.engine import reading
from crawler.store.people import all_people

Manager = Annotated[Visitor, Depends(require(Permission.MANAGE_PEOPLE))]
ManagingForm = Annotated[Visitor, Depends(require_post(Permission.MANAGE_PEOPLE))]

router = APIRouter(prefix="/people")


@router.get("")
def people(desk: TheDesk, visitor: Manager, done: str = "") -> Response:
    """Everybody, and the form that adds somebody."""
    return _page(desk, visitor, done=done)


@router.post("")
def add(
    desk: TheDesk,
    visitor: ManagingForm,
    email: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = Role.REVIEWER.value,
) -> Response:
    """Adds a person and shows the temporary password this one time."""
    typed = {"email": email, "name": name, "role": role}
    try:
        given = hire_by(desk, visitor.person, email=email, name=name, role=role)
    except BadPersonError as error:
        return _page(desk, visitor, faults=error.faults, typed=typed)
    return _page(desk, visitor, given=given)


@router.post("/{person_id}/role")
def change_role(person_id: Number, desk: TheDesk, visitor: ManagingForm, role: Annotated[Role, Form()]) -> Response:
    """Gives the person another role."""
    return _changed(desk, visitor, person_id, partial(staff.change_role, role=role), "role")


@router.post("/{person_id}/disable")
def disable(person_id: Number, desk: TheDesk, visitor: ManagingForm) -> Response:
    """Ends all that the person could do here."""
    return _changed(desk, visitor, person_id, staff.disable, "disabled")


@router.post("/{person_id}/enable")
def enable(person_id: Number, desk: TheDesk, visitor: ManagingForm) -> Response:
    """Lets the person log in again."""
    return _changed(desk, visitor, person_id, staff.enable, "enabled")


@router.post("/{person_id}/unlock")
def unlock(person_id: Number, desk: TheDesk, visitor: ManagingForm) -> Response:
    """Lets the person try again at once."""
    return _changed(desk, visitor, person_id, staff.unlock, "unlocked")


@router.post("/{person_id}/reset")
def reset(person_id: Number, desk: TheDesk, visitor: ManagingForm) -> Response:
    """Gives the person a temporary password and shows it this one time."""
    return _page(desk, visitor, given=reset_by(desk, visitor.person, person_id))


def _changed(desk: Desk, visitor: Visitor, person_id: int, change: staff.Change, done: str) -> Response:
    change_by(desk, visitor.person, person_id, change)
    return RedirectResponse(f"/people?done={done}", status_code=303)


def _page(
    desk: Desk,
    visitor: Visitor,
    *,
    done: str = "",
    faults: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    given: staff.GivenPassword | None = None,
) -> Response:
    with reading(desk.engine) as connection:
        found = all_people(connection)
        locked = locked_accounts(connection, [row.email for row in found], now=desk.clock())
    return desk.pages.answer(
        "people.html",
        status=400 if faults else 200,
        visitor=visitor,
        people=found,
        locked=locked,
        required=desk.settings.file.second_factor_roles,
        roles=tuple(Role),
        done=done,
        faults=faults or {},
        typed=typed or {},
        given=given,
    )
