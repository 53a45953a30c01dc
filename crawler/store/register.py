"""Snapshots of the register of licensed agencies: saved whole, and given back as of a day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, insert, select, update

from crawler.evidence.custody import CustodyEntry, CustodyEvent, append_custody
from crawler.register import EntryStatus, Register, RegisterEntry
from crawler.store.aliases import list_aliases
from crawler.store.locks import Lock, take_lock
from crawler.store.schema import register_entries, register_snapshots


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """The file a snapshot was read from."""

    name: str
    """As it was called when it was imported."""
    kept: str
    """Where its bytes are kept, relative to the evidence folder."""


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A snapshot without its entries."""

    snapshot: str
    """`sha256:…` of the file."""
    as_of: date
    file: SnapshotFile
    imported_at: datetime
    confirmed_on: date | None = None

    @property
    def known_on(self) -> date:
        """The last day of which this list is known to be the register."""
        return self.confirmed_on or self.as_of


def save_snapshot(connection: Connection, register: Register, file: SnapshotFile, *, now: datetime) -> bool:
    """Stores the register with its custody entry; False where this file is already there as of this day."""
    # Two imports of one file at once: the second waits here and then finds it done.
    take_lock(connection, Lock.CUSTODY)
    digest = register.snapshot.removeprefix("sha256:")
    if connection.execute(_whose(digest, register.as_of)).first() is not None:
        return False
    row = {
        "digest": digest,
        "as_of": register.as_of,
        "file_name": file.name,
        "file": file.kept,
        "imported_at": now,
    }
    snapshot_id = connection.scalar(insert(register_snapshots).values(row).returning(register_snapshots.c.id))
    rows = [{"snapshot_id": snapshot_id, **_entry_row(entry)} for entry in register.entries]
    connection.execute(insert(register_entries), rows)
    append_custody(connection, [CustodyEntry(CustodyEvent.REGISTER_IMPORTED, file.kept, digest)], at=now)
    return True


def newest_snapshot(connection: Connection, *, on: date | None, stale_after_days: int) -> Register | None:
    """The register as it was known on that day (the newest where None); None where none was imported by then.

    People's decisions on names come along, whatever day is asked about: they say who somebody is.
    """
    row = _newest_row(connection, on=on)
    return _register(connection, row, stale_after_days) if row is not None else None


def newest_snapshot_row(connection: Connection) -> SnapshotRow | None:
    """The newest snapshot, without its entries."""
    row = _newest_row(connection, on=None)
    return _snapshot_row(row) if row is not None else None


def snapshot_of(connection: Connection, found: SnapshotRow, *, stale_after_days: int) -> Register:
    """The whole register of a listed snapshot."""
    row = connection.execute(_whose(found.snapshot.removeprefix("sha256:"), found.as_of)).one()
    return _register(connection, row, stale_after_days)


def list_snapshots(connection: Connection) -> list[SnapshotRow]:
    """All snapshots, that of the newest day first."""
    return [_snapshot_row(row) for row in connection.execute(select(register_snapshots).order_by(*_newest_first(None)))]


def confirm_snapshot(connection: Connection, found: SnapshotRow, *, on: date, now: datetime) -> bool:
    """Notes with a custody entry that the list was still published that day; False where a day as late is noted."""
    take_lock(connection, Lock.CUSTODY)
    digest = found.snapshot.removeprefix("sha256:")
    earlier = func.coalesce(register_snapshots.c.confirmed_on, register_snapshots.c.as_of) < on
    confirmed = connection.execute(
        update(register_snapshots)
        .where(register_snapshots.c.digest == digest, register_snapshots.c.as_of == found.as_of, earlier)
        .values(confirmed_on=on)
    )
    if not confirmed.rowcount:
        return False
    append_custody(connection, [CustodyEntry(CustodyEvent.REGISTER_CONFIRMED, found.file.kept, digest)], at=now)
    return True


def _newest_row(connection: Connection, *, on: date | None) -> Row[Any] | None:
    statement = select(register_snapshots).order_by(*_newest_first(on)).limit(1)
    if on is not None:
        statement = statement.where(register_snapshots.c.as_of <= on)
    return connection.execute(statement).first()


def _newest_first(on: date | None) -> tuple[ColumnElement[Any], ...]:
    """By the day of which a list is known to be the register, as far as that was known on the day asked about."""
    columns = register_snapshots.c
    known: ColumnElement[Any] = func.coalesce(columns.confirmed_on, columns.as_of)
    if on is not None:
        known = case((columns.confirmed_on <= on, columns.confirmed_on), else_=columns.as_of)
    return known.desc(), columns.imported_at.desc(), columns.id.desc()


def _register(connection: Connection, row: Row[Any], stale_after_days: int) -> Register:
    found = connection.execute(
        select(register_entries).where(register_entries.c.snapshot_id == row.id).order_by(register_entries.c.id)
    )
    entries = tuple(_entry(entry) for entry in found)
    return Register(
        entries,
        row.as_of,
        f"sha256:{row.digest}",
        stale_after_days,
        aliases=tuple(stored.alias for stored in list_aliases(connection)),
        confirmed_on=row.confirmed_on,
    )


def _snapshot_row(row: Row[Any]) -> SnapshotRow:
    file = SnapshotFile(row.file_name, row.file)
    return SnapshotRow(f"sha256:{row.digest}", row.as_of, file, row.imported_at, row.confirmed_on)


def _whose(digest: str, as_of: date) -> Select[Any]:
    return select(register_snapshots).where(register_snapshots.c.digest == digest, register_snapshots.c.as_of == as_of)


def _entry_row(entry: RegisterEntry) -> dict[str, object]:
    return {**asdict(entry), "status": entry.status.value, "phones": list(entry.phones)}


def _entry(row: Row[tuple[object, ...]]) -> RegisterEntry:
    fields = {name: value for name, value in row._mapping.items() if name not in ("id", "snapshot_id")}
    return RegisterEntry(**{**fields, "status": EntryStatus(row.status), "phones": tuple(row.phones)})
