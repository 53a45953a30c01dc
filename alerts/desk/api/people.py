"""Managing people: everybody, adding somebody, roles, disabling, locks and temporary passwords."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from alerts.desk import staff
from alerts.desk.access import Bearer, TheDesk
from alerts.desk.api.doors import may, writes
from alerts.desk.api.shapes import READS, WRITES, Cursor, Limit, Listed, Moment, Shape, part_of
from alerts.desk.failures import ApiError
from alerts.desk.numbers import Number
from alerts.desk.people import LONGEST_EMAIL, LONGEST_NAME, Role, known_role
from alerts.desk.people_steps import BadPersonError, change_by, hire_by, person_or_not_found, reset_by
from alerts.desk.permissions import Permission
from alerts.desk.state import Desk
from alerts.desk.throttle import locked_accounts
from crawler.store.engine import reading
from crawler.store.people import PersonRow, all_people

FAULTS = {
    "email": (422, "email: that is no e-mail address"),
    "taken": (409, "email: somebody of that address is there already"),
    "name": (422, "name: a name is needed"),
}
Manager = Annotated[Bearer, Depends(may(Permission.MANAGE_PEOPLE))]
Changer = Annotated[Bearer, Depends(writes(Permission.MANAGE_PEOPLE))]
PersonNumber = Annotated[Number, Path(description="Number of the person.")]

router = APIRouter(prefix="/people", tags=["people"])


class PersonShape(Shape):
    """Somebody who may log in, or could once."""

    id: int
    email: str
    name: str
    role: Role
    created_at: Moment
    disabled_at: Moment | None
    """Null: the person may log in."""
    is_locked: bool
    """For a while, after too many wrong passwords."""
    is_password_due: bool
    """The password was given by somebody else, and was not changed yet."""
    has_second_factor: bool
    is_second_factor_due: bool
    """The role needs one, and it is not there yet."""


class GivenPasswordShape(Shape):
    """A person with the temporary password that they were given."""

    person: PersonShape
    password: str
    """Told this one time, for one log-in; then it must be changed."""


class NewPersonAsk(Shape):
    """Somebody who is to be added."""

    email: Annotated[str, Field(min_length=1, max_length=LONGEST_EMAIL)]
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    """As colleagues know them."""
    role: Role = Role.REVIEWER


class RoleAsk(Shape):
    """The role that somebody is given."""

    role: Role


@router.get("", responses=READS)
def people(desk: TheDesk, bearer: Manager, cursor: Cursor = 0, limit: Limit = 50) -> Listed[PersonShape]:
    """Everybody, by e-mail address; those who may not log in any more as well."""
    with reading(desk.engine) as connection:
        page, following = part_of(all_people(connection), cursor=cursor, limit=limit)
        locked = locked_accounts(connection, [row.email for row in page], now=desk.clock())
    return Listed(items=tuple(_shape(desk, row, is_locked=row.email in locked) for row in page), next=following)


@router.get("/{person_id}", responses=READS)
def one_person(person_id: PersonNumber, desk: TheDesk, bearer: Manager) -> PersonShape:
    """One person."""
    return _told(desk, person_id)


@router.post("", responses=WRITES, status_code=201)
def add(ask: NewPersonAsk, desk: TheDesk, bearer: Changer) -> GivenPasswordShape:
    """Adds a person; the answer tells the temporary password this one time."""
    try:
        given = hire_by(desk, bearer.person, email=ask.email, name=ask.name, role=ask.role)
    except BadPersonError as error:
        status, why = next(FAULTS[fault] for fault in error.faults.values())
        raise ApiError(status, why, code="taken" if status == 409 else "") from error
    return _given(desk, given)


@router.post("/{person_id}/role", responses=WRITES)
def change_role(person_id: PersonNumber, ask: RoleAsk, desk: TheDesk, bearer: Changer) -> PersonShape:
    """Gives the person another role; one admin always remains."""
    return _changed(desk, bearer, person_id, partial(staff.change_role, role=ask.role))


@router.post("/{person_id}/disable", responses=WRITES)
def disable(person_id: PersonNumber, desk: TheDesk, bearer: Changer) -> PersonShape:
    """Ends all that the person could do, also by tokens; what they did stays on record."""
    return _changed(desk, bearer, person_id, staff.disable)


@router.post("/{person_id}/enable", responses=WRITES)
def enable(person_id: PersonNumber, desk: TheDesk, bearer: Changer) -> PersonShape:
    """Lets the person log in again."""
    return _changed(desk, bearer, person_id, staff.enable)


@router.post("/{person_id}/unlock", responses=WRITES)
def unlock(person_id: PersonNumber, desk: TheDesk, bearer: Changer) -> PersonShape:
    """Lets the person try again at once after too many wrong passwords."""
    return _changed(desk, bearer, person_id, staff.unlock)


@router.post("/{person_id}/reset", responses=WRITES)
def reset(person_id: PersonNumber, desk: TheDesk, bearer: Changer) -> GivenPasswordShape:
    """Gives the person a temporary password, told this one time; sessions, tokens and second factor end."""
    return _given(desk, reset_by(desk, bearer.person, person_id))


def _changed(desk: Desk, bearer: Bearer, person_id: int, change: staff.Change) -> PersonShape:
    change_by(desk, bearer.person, person_id, change)
    return _told(desk, person_id)


def _given(desk: Desk, given: staff.GivenPassword) -> GivenPasswordShape:
    return GivenPasswordShape(person=_told(desk, given.person.id), password=given.password)


def _told(desk: Desk, person_id: int) -> PersonShape:
    with reading(desk.engine) as connection:
        row = person_or_not_found(connection, person_id)
        is_locked = bool(locked_accounts(connection, [row.email], now=desk.clock()))
    return _shape(desk, row, is_locked=is_locked)


def _shape(desk: Desk, row: PersonRow, *, is_locked: bool) -> PersonShape:
    has_second_factor = row.totp_since is not None
    return PersonShape(
        id=row.id,
        email=row.email,
        name=row.name,
        role=known_role(row.role),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        is_locked=is_locked,
        is_password_due=row.password_due,
        has_second_factor=has_second_factor,
        is_second_factor_due=not has_second_factor and row.role in desk.settings.file.second_factor_roles,
    )
