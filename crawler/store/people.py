"""Rows of the people who may use the desk, and their recovery codes. Roles and passwords: `alerts.desk.people`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, insert, select, update

from crawler.errors import UsageError
from crawler.store.schema import people, recovery_codes


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as stored."""

    id: int
    email: str
    """Lower case."""
    name: str
    role: str
    password_hash: str = field(repr=False)
    created_at: datetime
    password_due: bool
    """The password was given by somebody else, and is to be changed before anything else."""
    disabled_at: datetime | None
    totp_secret: str | None = field(repr=False)
    """Sealed; set but not in use while `totp_since` is None."""
    totp_since: datetime | None
    totp_step: int | None


def insert_person(
    connection: Connection,
    *,
    email: str,
    name: str,
    role: str,
    password_hash: str,
    now: datetime,
    password_due: bool = False,
) -> int:
    """The new person's id. Raises UsageError where the address is taken."""
    if find_person(connection, email=email):
        raise UsageError(f"{email} is already there")
    row = insert(people).values(
        email=email, name=name, role=role, password_hash=password_hash, created_at=now, password_due=password_due
    )
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


def lock_people_of_role(connection: Connection, role: str) -> list[int]:
    """Numbers of the enabled people of that role, who stay so until the transaction ends."""
    statement = select(people.c.id).where(people.c.role == role, people.c.disabled_at.is_(None)).with_for_update()
    return list(connection.scalars(statement))


def change_person(connection: Connection, person_id: int, **values: Any) -> None:
    """Writes new values of columns."""
    connection.execute(update(people).where(people.c.id == person_id).values(**values))


def take_totp_step(connection: Connection, person_id: int, step: int) -> bool:
    """Notes that the code of that time step was given; False where it, or a later one, was given already."""
    is_newer = (people.c.totp_step.is_(None)) | (people.c.totp_step < step)
    taken = update(people).where(people.c.id == person_id, is_newer).values(totp_step=step)
    return connection.execute(taken).rowcount == 1


def replace_recovery_codes(connection: Connection, person_id: int, hashes: Sequence[str]) -> None:
    """The person's codes are these from now on."""
    connection.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person_id))
    if hashes:
        rows = [{"person_id": person_id, "code_hash": code_hash} for code_hash in hashes]
        connection.execute(insert(recovery_codes), rows)


def use_recovery_code(connection: Connection, person_id: int, code_hash: str, *, now: datetime) -> bool:
    """Spends the person's code; False where there is none such, or it was spent."""
    table = recovery_codes
    unused = (table.c.person_id == person_id) & (table.c.code_hash == code_hash) & table.c.used_at.is_(None)
    return connection.execute(update(table).where(unused).values(used_at=now)).rowcount >= 1


def count_recovery_codes(connection: Connection, person_id: int) -> int:
    """How many codes the person has left."""
    table = recovery_codes
    unused = (table.c.person_id == person_id) & table.c.used_at.is_(None)
    return connection.scalar(select(func.count()).select_from(table).where(unused)) or 0


def _one(connection: Connection, statement: Select[tuple[object, ...]]) -> PersonRow | None:
    row = connection.execute(statement).first()
    return PersonRow(**row._mapping) if row else None
