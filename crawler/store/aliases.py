"""People's decisions on names of the register: added and taken back, never changed. What they mean: `pipelines`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from crawler.belgrade import day_in_belgrade
from crawler.errors import UsageError
from crawler.register import Alias, EntryIdentity
from crawler.store.schema import register_aliases


@dataclass(frozen=True, slots=True)
class NewAlias:
    """A decision to be written down."""

    name: str
    name_key: str
    entry: EntryIdentity
    belongs: bool
    person: str
    """E-mail."""
    person_name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AliasRow:
    """One decision as stored."""

    id: int
    alias: Alias
    person: str
    """E-mail."""
    decided_at: datetime
    note: str
    revoked_at: datetime | None
    """None: it counts, unless a newer one speaks of the same name and entry."""
    revoked_by: str | None


def add_alias(connection: Connection, decided: NewAlias, *, now: datetime) -> int:
    """Writes the decision beside those before it and returns its number."""
    entry = decided.entry
    row = insert(register_aliases).values(
        name=decided.name,
        name_key=decided.name_key,
        entry_name=entry.name,
        entry_seat=entry.seat,
        licence_number=entry.licence_number,
        pib=entry.pib,
        mb=entry.mb,
        belongs=decided.belongs,
        person=decided.person,
        person_name=decided.person_name,
        decided_at=now,
        note=decided.note,
    )
    return int(connection.scalar(row.returning(register_aliases.c.id)) or 0)


def revoke_alias(connection: Connection, alias_id: int, *, person: str, now: datetime) -> None:
    """Notes who took the decision back and when. Raises UsageError where there is none of that number to take back."""
    standing = (register_aliases.c.id == alias_id) & register_aliases.c.revoked_at.is_(None)
    changed = connection.execute(update(register_aliases).where(standing).values(revoked_at=now, revoked_by=person))
    if changed.rowcount != 1:
        raise UsageError(f"there is no decision {alias_id} that could be taken back; see `adwatch register alias list`")


def newest_change(connection: Connection) -> tuple[int | None, datetime | None]:
    """Changes whenever somebody decides, or takes a decision back."""
    columns = register_aliases.c
    row = connection.execute(select(func.max(columns.id), func.max(columns.revoked_at))).one()
    return row[0], row[1]


def list_aliases(connection: Connection, *, name_key: str | None = None, with_revoked: bool = False) -> list[AliasRow]:
    """Decisions, oldest first: on all names, or on one."""
    statement = select(register_aliases).order_by(register_aliases.c.id)
    if name_key is not None:
        statement = statement.where(register_aliases.c.name_key == name_key)
    if not with_revoked:
        statement = statement.where(register_aliases.c.revoked_at.is_(None))
    return [_row(row) for row in connection.execute(statement)]


def _row(row: Row[tuple[object, ...]]) -> AliasRow:
    entry = EntryIdentity(row.entry_name, row.entry_seat, row.licence_number, row.pib, row.mb)
    decided_on = day_in_belgrade(row.decided_at)
    return AliasRow(
        id=row.id,
        alias=Alias(row.name, entry, row.belongs, row.person_name, decided_on),
        person=row.person,
        decided_at=row.decided_at,
        note=row.note,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )
