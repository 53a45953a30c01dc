"""Snapshots of the register of licensed agencies: saved whole, and given back as of a day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, insert, select

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


def save_snapshot(connection: Connection, register: Register, file: SnapshotFile, *, now: datetime) -> bool:
    """Stores the register with its custody entry; False where this file is already there as of this day."""
    # Two imports of one file at once: the second waits here and then finds it done.
    take_lock(connection, Lock.CUSTODY)
    digest = register.snapshot.removeprefix("sha256:")
    if _row_of(connection, digest, register.as_of) is not None:
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
    """The newest register as of that day or before; with `on` None the newest of all. None where there is none.

    People's decisions on names come along, whatever day is asked about: they say who somebody is.
    """
    newest_first = select(register_snapshots).order_by(
        register_snapshots.c.as_of.desc(), register_snapshots.c.imported_at.desc(), register_snapshots.c.id.desc()
    )
    if on is not None:
        newest_first = newest_first.where(register_snapshots.c.as_of <= on)
    row = connection.execute(newest_first.limit(1)).first()
    if row is None:
        return None
    found = connection.execute(
        select(register_entries).where(register_entries.c.snapshot_id == row.id).order_by(register_entries.c.id)
    )
    return Register(
        tuple(_entry(entry) for entry in found),
        row.as_of,
        f"sha256:{row.digest}",
        stale_after_days,
        aliases=tuple(stored.alias for stored in list_aliases(connection)),
    )


def list_snapshots(connection: Connection) -> list[SnapshotRow]:
    """All snapshots, newest day first."""
    rows = connection.execute(
        select(register_snapshots).order_by(register_snapshots.c.as_of.desc(), register_snapshots.c.id.desc())
    )
    return [
        SnapshotRow(f"sha256:{row.digest}", row.as_of, SnapshotFile(row.file_name, row.file), row.imported_at)
        for row in rows
    ]


def _row_of(connection: Connection, digest: str, as_of: date) -> Row[tuple[int]] | None:
    wanted = (register_snapshots.c.digest == digest) & (register_snapshots.c.as_of == as_of)
    return connection.execute(select(register_snapshots.c.id).where(wanted)).first()


def _entry_row(entry: RegisterEntry) -> dict[str, object]:
    return {**asdict(entry), "status": entry.status.value, "phones": list(entry.phones)}


def _entry(row: Row[tuple[object, ...]]) -> RegisterEntry:
    fields = {name: value for name, value in row._mapping.items() if name not in ("id", "snapshot_id")}
    return RegisterEntry(**{**fields, "status": EntryStatus(row.status), "phones": tuple(row.phones)})
