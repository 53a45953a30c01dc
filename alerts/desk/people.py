"""People of the desk: what their role lets them do, and their passwords. Sessions stand in `alerts.desk.sessions`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection

from alerts.cases import OF_LEGAL_STAFF, Decision
from alerts.desk.permissions import Permission
from alerts.script import storable
from crawler.errors import UsageError
from crawler.store.cases import SYSTEM
from crawler.store.people import PersonRow, find_person, insert_person

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
"""Hashing takes time that grows with the length."""
LONGEST_NAME = 200
LONGEST_EMAIL = 200

_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,100}@[^@\s\x00-\x1f]{1,99}")


class Role(StrEnum):
    """What a person does at the desk."""

    REVIEWER = "reviewer"
    LEGAL = "legal"
    COORDINATOR = "coordinator"
    ADMIN = "admin"
    READONLY = "readonly"

    def may(self, permission: Permission) -> bool:
        """Whether the role allows it."""
        return permission in _ALLOWS[self]

    @property
    def may_decide(self) -> bool:
        """Whether the person's decisions on cases count."""
        return self.may(Permission.DECIDE)

    @property
    def may_file(self) -> bool:
        """Whether the person approves drafts, records filings and what became of them, and closes cases."""
        return self.may(Permission.FILE)


_READS = frozenset({Permission.SEE_CASES, Permission.CHECK_OFFERS, Permission.SEE_REPORTS, Permission.USE_API})
_DECIDES = _READS | {Permission.DECIDE}
_ALLOWS = {
    Role.READONLY: _READS,
    Role.REVIEWER: _DECIDES,
    Role.LEGAL: _DECIDES | {Permission.FILE},
    Role.COORDINATOR: _DECIDES | {Permission.MANAGE_SOURCES, Permission.IMPORT_REGISTER, Permission.SEE_AUDIT},
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may log in."""

    id: int
    email: str
    name: str
    role: Role
    password_hash: str = field(repr=False)
    password_due: bool = False
    """The password was given by somebody else, and is to be changed before anything else."""
    has_second_factor: bool = False
    """A code is asked for besides the password."""


def add_person(
    connection: Connection,
    *,
    email: str,
    name: str,
    role: Role | str,
    password: str,
    now: datetime,
    password_due: bool = False,
) -> Person:
    """Adds a person. Raises UsageError for a bad or taken address, an empty name, an unknown role, a weak password."""
    address = tidy_email(email)
    if address is None or address == SYSTEM:
        raise UsageError(f"`{email}` is no e-mail address")
    known_as = " ".join(storable(name).split())
    if not known_as or len(known_as) > LONGEST_NAME:
        raise UsageError(f"a person needs a name of at most {LONGEST_NAME} letters")
    chosen = known_role(role)
    hashed = hash_password(password)
    person_id = insert_person(
        connection,
        email=address,
        name=known_as,
        role=chosen.value,
        password_hash=hashed,
        now=now,
        password_due=password_due,
    )
    return Person(person_id, address, known_as, chosen, hashed, password_due)


def hash_password(password: str) -> str:
    """The password as it is kept. Raises UsageError where it is too short or too long."""
    if not is_long_enough(password):
        raise UsageError(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return _hasher().hash(password)


def is_long_enough(password: str) -> bool:
    """Whether the password may be one. Its length is all that is asked: rules for letters make worse passwords."""
    return SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD


def check_password(connection: Connection, *, email: str, password: str) -> Person | None:
    """The person of that address if the password is theirs and they are not disabled.

    Takes as long for an address that nobody has.
    """
    address = tidy_email(email)
    row = find_person(connection, email=address) if address else None
    right = _matches(row.password_hash if row else _nobodys_hash(), password[:LONGEST_PASSWORD])
    return person_of(row) if row and right and row.disabled_at is None else None


def require_decider(connection: Connection, email: str) -> Person:
    """The person of that address. Raises UsageError unless they may decide: decisions carry a name."""
    row = find_person(connection, email=tidy_email(email) or "")
    if row is None:
        raise UsageError(f"nobody is known as {email}; `adwatch users add` adds a person")
    person = person_of(row)
    if row.disabled_at is not None:
        raise UsageError(f"{email} is disabled; `adwatch users enable` lets them back in")
    if not person.role.may_decide:
        raise UsageError(f"{email} may read only")
    return person


def require_legal(connection: Connection, email: str) -> Person:
    """The person of that address. Raises UsageError unless they are of the legal staff."""
    person = require_decider(connection, email)
    if not person.role.may_file:
        raise UsageError(f"{email} is {person.role}; this is for legal staff (role `legal` or `admin`)")
    return person


def require_for(connection: Connection, email: str, decision: Decision) -> Person:
    """The person of that address. Raises UsageError unless their role may decide so."""
    return require_legal(connection, email) if decision in OF_LEGAL_STAFF else require_decider(connection, email)


def person_of(row: PersonRow) -> Person:
    """The stored person with the role as a value."""
    role, has_second_factor = known_role(row.role), row.totp_since is not None
    return Person(row.id, row.email, row.name, role, row.password_hash, row.password_due, has_second_factor)


def known_role(role: Role | str) -> Role:
    """The role of that name. Raises UsageError with the known ones."""
    try:
        return Role(role)
    except ValueError as error:
        raise UsageError(f"there is no role `{role}`; known: {', '.join(Role)}") from error


def tidy_email(email: str) -> str | None:
    """The address as it is kept: lower case, without space around it; None where it cannot be one."""
    address = email.strip().lower()
    return address if _EMAIL.fullmatch(address) and address == storable(address) else None


def matches(person: Person, password: str) -> bool:
    """Whether the password is the person's."""
    return _matches(person.password_hash, password[:LONGEST_PASSWORD])


def renewed_hash(person: Person, password: str) -> str | None:
    """The right password hashed anew where the parameters have changed since, else None."""
    is_old = _hasher().check_needs_rehash(person.password_hash)
    return _hasher().hash(password[:LONGEST_PASSWORD]) if is_old else None


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody")
