"""What who manages people does, for pages and the API alike; the rules stand in `alerts.desk.staff`."""

from __future__ import annotations

from sqlalchemy import Connection

from alerts.desk import staff
from alerts.desk.failures import Failure, PageError
from alerts.desk.people import LONGEST_NAME, Person, Role, tidy_email
from alerts.desk.state import Desk
from alerts.script import storable
from crawler.errors import UsageError
from crawler.store.engine import reading
from crawler.store.people import PersonRow, find_person, read_person


class BadPersonError(UsageError):
    """What was said of a new person is wrong."""

    def __init__(self, faults: dict[str, str]) -> None:
        """Names what is wrong by field: `email`, `taken`, `name`, `role`."""
        super().__init__(", ".join(faults.values()))
        self.faults = faults


def hire_by(desk: Desk, person: Person, *, email: str, name: str, role: str) -> staff.GivenPassword:
    """Adds somebody with a temporary password. Raises BadPersonError."""
    with reading(desk.engine) as connection:
        faults = _faults(connection, email, name, role)
    if faults:
        raise BadPersonError(faults)
    with desk.engine.begin() as connection:
        return staff.hire(connection, email=email, name=name, role=role, by=person.email, now=desk.clock())


def change_by(desk: Desk, person: Person, person_id: int, change: staff.Change) -> None:
    """Makes the change. Raises PageError where there is nobody of that number, or it would leave no admin."""
    try:
        with desk.engine.begin() as connection:
            change(connection, person_or_not_found(connection, person_id), by=person.email, now=desk.clock())
    except staff.LastAdminError as error:
        raise PageError(Failure.LAST_ADMIN) from error


def reset_by(desk: Desk, person: Person, person_id: int) -> staff.GivenPassword:
    """Gives somebody a temporary password. Raises PageError where there is nobody of that number."""
    with desk.engine.begin() as connection:
        row = person_or_not_found(connection, person_id)
        return staff.reset_password(connection, row, by=person.email, now=desk.clock())


def person_or_not_found(connection: Connection, person_id: int) -> PersonRow:
    """The person of that number. Raises PageError."""
    row = read_person(connection, person_id)
    if row is None:
        raise PageError(Failure.NOT_FOUND)
    return row


def _faults(connection: Connection, email: str, name: str, role: str) -> dict[str, str]:
    address, called = tidy_email(email), " ".join(storable(name).split())
    faults = {}
    if address is None:
        faults["email"] = "email"
    elif find_person(connection, email=address):
        faults["email"] = "taken"
    if not 1 <= len(called) <= LONGEST_NAME:
        faults["name"] = "name"
    if role not in set(Role):
        faults["role"] = "role"
    return faults
