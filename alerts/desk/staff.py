"""Managing people: adding, roles, disabling, passwords, locks. Each change is recorded; one admin always remains."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from alerts.desk import second_factor, throttle
from alerts.desk.people import Person, Role, add_person, hash_password, known_role, matches, person_of, tidy_email
from crawler.errors import UsageError
from crawler.store.access import end_sessions, revoke_tokens
from crawler.store.audit import Act, record
from crawler.store.people import PersonRow, change_person, find_person, lock_people_of_role, read_person

_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Change(Protocol):
    """One change of a person; it records itself. Raises LastAdminError."""

    def __call__(self, connection: Connection, row: PersonRow, *, by: str, now: datetime) -> None:
        """Makes it."""


class LastAdminError(UsageError):
    """Nobody would be left who could manage people."""


@dataclass(frozen=True, slots=True)
class GivenPassword:
    """A password that is shown once and changed at the first log-in."""

    person: Person
    password: str = field(repr=False)


def hire(connection: Connection, *, email: str, name: str, role: Role | str, by: str, now: datetime) -> GivenPassword:
    """Adds a person with a temporary password. Raises UsageError as `add_person` does."""
    password = _temporary_password()
    person = add_person(connection, email=email, name=name, role=role, password=password, now=now, password_due=True)
    note_added(connection, person, by=by, now=now)
    return GivenPassword(person, password)


def note_added(connection: Connection, person: Person, *, by: str, now: datetime) -> None:
    """Records that the person was added."""
    record(connection, Act.PERSON_ADDED, person=by, now=now, subject=person.email, detail=person.role)


def known_person(connection: Connection, email: str) -> PersonRow:
    """The person of that address. Raises UsageError where there is none."""
    row = find_person(connection, email=tidy_email(email) or "")
    if row is None:
        raise UsageError(f"nobody is known as {email}; `adwatch users list` names everybody")
    return row


def change_role(connection: Connection, row: PersonRow, role: Role | str, *, by: str, now: datetime) -> None:
    """Gives the person another role. Raises UsageError for an unknown role, LastAdminError for the last admin."""
    chosen = known_role(role)
    if chosen == row.role:
        return
    _require_another_admin(connection, row)
    change_person(connection, row.id, role=chosen.value)
    record(connection, Act.ROLE_CHANGED, person=by, now=now, subject=row.email, detail=f"{row.role} → {chosen}")


def disable(connection: Connection, row: PersonRow, *, by: str, now: datetime) -> None:
    """Ends all that the person could do here, at once. Raises LastAdminError for the last admin."""
    if row.disabled_at is not None:
        return
    _require_another_admin(connection, row)
    change_person(connection, row.id, disabled_at=now)
    end_sessions(connection, row.id, now=now)
    record(connection, Act.PERSON_DISABLED, person=by, now=now, subject=row.email)


def enable(connection: Connection, row: PersonRow, *, by: str, now: datetime) -> None:
    """Lets the person log in again."""
    if row.disabled_at is None:
        return
    change_person(connection, row.id, disabled_at=None)
    record(connection, Act.PERSON_ENABLED, person=by, now=now, subject=row.email)


def reset_password(connection: Connection, row: PersonRow, *, by: str, now: datetime) -> GivenPassword:
    """Gives the person a temporary password; their sessions, tokens, second factor and lock end."""
    password = _temporary_password()
    change_person(connection, row.id, password_hash=hash_password(password), password_due=True)
    end_sessions(connection, row.id, now=now)
    # Whoever had the password may have made one.
    for name in revoke_tokens(connection, row.id, now=now):
        record(connection, Act.TOKEN_REVOKED, person=by, now=now, subject=f"token {name}", detail=row.email)
    person = person_of(row)
    if row.totp_secret is not None:
        second_factor.remove(connection, person, by=by, now=now)
    throttle.unlock(connection, row.email)
    record(connection, Act.PASSWORD_RESET, person=by, now=now, subject=row.email)
    return GivenPassword(person, password)


def unlock(connection: Connection, row: PersonRow, *, by: str, now: datetime) -> None:
    """Lets the person try again at once after too many wrong passwords."""
    throttle.unlock(connection, row.email)
    record(connection, Act.PERSON_UNLOCKED, person=by, now=now, subject=row.email)


def change_own_password(
    connection: Connection, person: Person, *, old: str, new: str, now: datetime, session_id: int
) -> bool:
    """Changes it and ends the person's other sessions; False where the old one is wrong. Raises as `hash_password`."""
    current = read_person(connection, person.id)
    if current is None or not matches(person_of(current), old):
        return False
    change_person(connection, person.id, password_hash=hash_password(new), password_due=False)
    end_sessions(connection, person.id, now=now, but=session_id)
    record(connection, Act.PASSWORD_CHANGED, person=person.email, now=now, subject=person.email)
    return True


def _require_another_admin(connection: Connection, row: PersonRow) -> None:
    if row.role == Role.ADMIN and lock_people_of_role(connection, Role.ADMIN) == [row.id]:
        raise LastAdminError(f"{row.email} is the last admin; make somebody else an admin first")


def _temporary_password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
