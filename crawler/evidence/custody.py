"""The custody log: append-only, each entry sealed with the hash of the one before it.

The log says what happened to evidence and when. It stands in the store, written in the transaction of what it tells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select

from crawler.store.locks import Lock, take_lock
from crawler.store.schema import custody

GENESIS = "0" * 64
"""What the first entry has before it."""


class CustodyEvent(StrEnum):
    """What can happen to evidence."""

    CAPTURED = "captured"
    REGISTER_IMPORTED = "register_imported"
    REGISTER_CONFIRMED = "register_confirmed"
    """Its source still published the same file on a later day."""
    SEALED = "sealed"
    """A WARC file is finished; the hash is that of the whole file."""
    TORN_END_MOVED = "torn_end_moved"
    """The subject is the file that the torn bytes were moved to."""
    TIMESTAMPED = "timestamped"
    """The subject is the token of an authority, or the certificates that it is checked by."""
    RECEIPT_KEPT = "receipt_kept"
    """Of something that a person filed."""
    DELETED = "deleted"
    """By retention: the digest is that of what went; a `PURGED` entry behind it says why."""
    PURGED = "purged"
    """The subject is the record of a deletion: clock, counts, and every hash of what went."""
    SUBJECT_ACCESS = "subject_access"
    """What is stored of somebody was packed for them; the digest is that of the package. It does not say of whom."""


@dataclass(frozen=True, slots=True)
class CustodyEntry:
    """One thing that happened to one piece of evidence."""

    event: CustodyEvent
    subject: str
    """WARC-Record-ID of a capture, or a file, relative to the evidence folder."""
    digest: str
    """SHA-256 of the payload or the file, hex."""


def append_custody(connection: Connection, entries: Sequence[CustodyEntry], *, at: datetime) -> None:
    """Adds the entries, in order, to the chain within the caller's transaction."""
    if not entries:
        return
    take_lock(connection, Lock.CUSTODY)
    seq, previous = _head(connection)
    rows = []
    for entry in entries:
        seq += 1
        sealed = seal(seq=seq, at=at, event=entry.event, subject=entry.subject, digest=entry.digest, previous=previous)
        rows.append(
            {
                "seq": seq,
                "at": at,
                "event": entry.event.value,
                "subject": entry.subject,
                "digest": entry.digest,
                "previous": previous,
                "hash": sealed,
            }
        )
        previous = sealed
    connection.execute(insert(custody), rows)


def seal(*, seq: int, at: datetime, event: str, subject: str, digest: str, previous: str) -> str:
    """SHA-256 over all fields of an entry and the seal of the entry before it."""
    fields = (
        str(seq),
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(event),
        subject,
        digest,
        previous,
    )
    return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()


def is_sealed(row: Row[tuple[object, ...]], *, seq: int, previous: str) -> bool:
    """Whether a row of the log has the expected number, follows its predecessor and matches its own seal."""
    return bool(
        row.seq == seq
        and row.previous == previous
        and row.hash
        == seal(
            seq=row.seq,
            at=row.at,
            event=row.event,
            subject=row.subject,
            digest=row.digest,
            previous=row.previous,
        )
    )


def deleted_files(connection: Connection) -> list[str]:
    """Files that the log says are deleted, and does not speak of later."""
    last: dict[str, str] = {}
    statement = select(custody.c.subject, custody.c.event).where(custody.c.subject.not_like("urn:%"))
    for row in connection.execute(statement.order_by(custody.c.seq)):
        last[row.subject] = row.event
    return [file for file, event in last.items() if event == CustodyEvent.DELETED]


def _head(connection: Connection) -> tuple[int, str]:
    row = connection.execute(select(custody.c.seq, custody.c.hash).order_by(custody.c.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else (0, GENESIS)
