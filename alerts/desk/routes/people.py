"""Managing people: who may log in, in which role, and what to do for who cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from alerts.desk import staff
from alerts.desk.access import TheDesk, Visitor, require, require_post
from alerts.desk.failures import Failure, PageError
from alerts.desk.numbers import Number
from alerts.desk.people import Role, tidy_email
from alerts.desk.permissions import Permission
from alerts.desk.state import Desk
from alerts.desk.throttle import locked_accounts
from crawler.store.engine import reading
from crawler.store.people import PersonRow, all_people, find_person, read_person

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
    if faults := _faults(desk, email, name, role):
        return _page(desk, visitor, faults=faults, typed=typed)
    chosen, by = Role(role), visitor.person.email
    with desk.engine.begin() as connection:
        given = staff.hire(connection, email=email, name=name, role=chosen, by=by, now=desk.clock())
    return _page(desk, visitor, given=given)


@router.post("/{person_id}/role")
def change_role(person_id: Number, desk: TheDesk, visitor: ManagingForm, role: Annotated[Role, Form()]) -> Response:
    """Gives the person another role."""

    def change(connection: Connection, row: PersonRow) -> None:
        staff.change_role(connection, row, role, by=visitor.person.email, now=desk.clock())

    return _changed(desk, person_id, change, "role")


@router.post("/{person_id}/disable")
def disable(person_id: Number, desk: TheDesk, visitor: ManagingForm) -> Response:
    """Ends all that the person could do here."""

    def change(connection: Connection, row: PersonRow) -> None:
        staff.disable(connection, row, by=visitor.person.email, now=desk.clock())

    return _changed(desk, person_id, change, "disabled")


@router.post("/{person_id}/enable")
def enable(person_id: Number, desk: TheDesk, visitor: ManagingForm) -> Response:
    """Lets the person log in again."""

    def change(connection: Connection, row: PersonRow) -> None:
        staff.enable(connection, row, by=visitor.person.email, now=desk.clock())

    return _changed(desk, person_id, change, "enabled")


@router.post("/{person_id}/unlock")
def unlock(person_id: Number, desk: TheDesk, visitor: ManagingForm) -> Response:
    """Lets the person try again at once."""

    def change(connection: Connection, row: PersonRow) -> None:
        staff.unlock(connection, row, by=visitor.person.email, now=desk.clock())

    return _changed(desk, person_id, change, "unlocked")


@router.post("/{person_id}/reset")
def reset(person_id: Number, desk: TheDesk, visitor: ManagingForm) -> Response:
    """Gives the person a temporary password and shows it this one time."""
    with desk.engine.begin() as connection:
        row = _row(connection, person_id)
        given = staff.reset_password(connection, row, by=visitor.person.email, now=desk.clock())
    return _page(desk, visitor, given=given)


def _changed(desk: Desk, person_id: int, change: Callable[[Connection, PersonRow], None], done: str) -> Response:
    try:
        with desk.engine.begin() as connection:
            change(connection, _row(connection, person_id))
    except staff.LastAdminError as error:
        raise PageError(Failure.LAST_ADMIN) from error
    return RedirectResponse(f"/people?done={done}", status_code=303)


def _row(connection: Connection, person_id: int) -> PersonRow:
    row = read_person(connection, person_id)
    if row is None:
        raise PageError(Failure.NOT_FOUND)
    return row


def _faults(desk: Desk, email: str, name: str, role: str) -> dict[str, str]:
    """What is wrong with a new person, by field."""
    address, called = tidy_email(email), " ".join(name.split())
    with reading(desk.engine) as connection:
        is_taken = address is not None and find_person(connection, email=address) is not None
    faults = {}
    if address is None:
        faults["email"] = "email"
    elif is_taken:
        faults["email"] = "taken"
    if not 1 <= len(called) <= 200:
        faults["name"] = "name"
    if role not in set(Role):
        faults["role"] = "role"
    return faults


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
