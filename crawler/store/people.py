"""Rows of the people who may use the desk. Roles and passwords are the business of `alerts.desk.people`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, exists, insert, select

from crawler.errors import UsageError
from crawler.store.schema import people


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as stored."""

    id: int
    email: str
    """Lower case."""
    name: str
    role: str
    password_hash: str
    created_at: datetime


def insert_person(
    connection: Connection, *, email: str, name: str, role: str, password_hash: str, now: datetime
) -> int:
    """The new person's id. Raises UsageError where the address is taken."""
    if find_person(connection, email=email):
        raise UsageError(f"{email} is already there")
    row = insert(people).values(email=email, name=name, role=role, password_hash=password_hash, created_at=now)
    return int(connection.scalar(row.returning(people.c.id)) or 0)


def find_person(connection: Connection, *, email: str) -> PersonRow | None:
    """The person of that address, or None."""
    return _one(connection, select(people).where(people.c.email == email))


def read_person(connection: Connection, person_id: int) -> PersonRow | None:
    """The person of that number, or None."""
    return _one(connection, select(people).where(people.c.id == person_id))


def all_people(connection: Connection) -> list[PersonRow]:
    """Everybody, by address."""
    return [PersonRow(**row._mapping) for row in connection.execute(select(people).order_by(people.c.email))]


def has_people(connection: Connection) -> bool:
    """Whether anybody can log in at all."""
    return bool(connection.scalar(select(exists().select_from(people))))


def _one(connection: Connection, statement: Select[tuple[object, ...]]) -> PersonRow | None:
    row = connection.execute(statement).first()
    return PersonRow(**row._mapping) if row else None
