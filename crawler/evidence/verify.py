"""Verifying evidence: every capture against its hash, the custody chain link by link."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, distinct, exists, func, select

from crawler.errors import EvidenceError
from crawler.evidence.custody import GENESIS, CustodyEvent, deleted_files, is_sealed
from crawler.evidence.heads import head_failures
from crawler.evidence.sealing import file_digest, torn_tails
from crawler.evidence.timestamping import timestamp_failures, timestamp_files
from crawler.evidence.warc import check_revisit, read_payload
from crawler.store.schema import captures, custody, filings, register_snapshots

Advance = Callable[[int, int], None]
BATCH = 500


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked and what failed, in the order found."""

    captures: int
    register_files: int
    sealed_files: int
    timestamps: int
    custody_entries: int
    deleted: int
    """Captures that were deleted by retention; their entries stay, and say so."""
    failures: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Nothing failed."""
        return not self.failures

    @property
    def first_broken(self) -> str | None:
        """The first failure, or None."""
        return self.failures[0] if self.failures else None


def verify_evidence(
    connection: Connection, evidence_folder: Path, *, advance: Advance = lambda done, total: None
) -> Verification:
    """Re-hashes every capture and kept file, looks at the ends of files, walks the chain, and sees that all agree.

    `advance(done, total)` is told of the captures.
    """
    total = connection.scalar(select(func.count()).select_from(captures)) or 0
    failures = [*_chain_failures(connection), *head_failures(connection, evidence_folder)]
    done = 0
    for row in _all_rows(connection, captures):
        failures.extend(_capture_failures(row, evidence_folder))
        done += 1
        advance(done, total)
    failures.extend(_unlogged(connection))
    failures.extend(_torn(connection, evidence_folder))
    registers = _kept_files(connection, CustodyEvent.REGISTER_IMPORTED)
    sealed = _kept_files(connection, CustodyEvent.SEALED)
    moved = _kept_files(connection, CustodyEvent.TORN_END_MOVED)
    stamped = _kept_files(connection, CustodyEvent.TIMESTAMPED)
    receipts = _kept_files(connection, CustodyEvent.RECEIPT_KEPT)
    deletions = _kept_files(connection, CustodyEvent.PURGED)
    for kind, files in (
        ("register file ", registers),
        ("", sealed),
        ("", moved),
        ("timestamp ", stamped),
        ("receipt ", receipts),
        ("record of a deletion ", deletions),
    ):
        failures.extend(failure for file in files for failure in _file_failures(evidence_folder, kind, file))
    failures.extend(_unlogged_registers(connection, registers))
    failures.extend(_unlogged_receipts(connection, receipts))
    failures.extend(timestamp_failures(connection, evidence_folder))
    failures.extend(_not_gone(connection, evidence_folder))
    return Verification(
        captures=done,
        register_files=len(registers),
        sealed_files=len(sealed),
        timestamps=len(timestamp_files(connection)),
        custody_entries=connection.scalar(select(func.count()).select_from(custody)) or 0,
        deleted=_deleted(connection),
        failures=tuple(failures),
    )


def _torn(connection: Connection, evidence_folder: Path) -> Iterator[str]:
    for tail, lost in torn_tails(connection, evidence_folder):
        kept = "" if lost else "; nothing that the store refers to is lost"
        yield f"{tail.sentence}{kept}: adwatch evidence repair moves it aside"


def _chain_failures(connection: Connection) -> Iterator[str]:
    previous = GENESIS
    for seq, row in enumerate(_all_rows(connection, custody), start=1):
        if not is_sealed(row, seq=seq, previous=previous):
            yield f"custody entry {seq}: the chain is broken here"
            return
        previous = row.hash


def _capture_failures(row: Row[Any], evidence_folder: Path) -> Iterator[str]:
    try:
        if row.record_type == "revisit":
            check_revisit(evidence_folder, row)
        else:
            read_payload(evidence_folder, row)
    except EvidenceError as error:
        yield f"capture {row.id}: {error}"


def _unlogged(connection: Connection) -> Iterator[str]:
    """Captures whose hash the custody log does not confirm, and logged captures that are gone without a deletion."""
    logged = select(custody.c.subject).where(
        custody.c.event == CustodyEvent.CAPTURED, custody.c.digest == captures.c.digest
    )
    for row in connection.execute(
        select(captures.c.id, captures.c.record_id)
        .where(~logged.where(custody.c.subject == captures.c.record_id).exists())
        .order_by(captures.c.id)
    ):
        yield f"capture {row.id}: {row.record_id} with this hash is not in the custody log"
    deleted = select(custody.c.subject).where(custody.c.event == CustodyEvent.DELETED)
    for subject in connection.scalars(
        select(custody.c.subject)
        .where(custody.c.event == CustodyEvent.CAPTURED)
        .where(~select(captures.c.id).where(captures.c.record_id == custody.c.subject).exists())
        .where(custody.c.subject.not_in(deleted))
        .order_by(custody.c.seq)
    ):
        yield f"{subject}: logged as captured, and no longer in the store"


def _kept_files(connection: Connection, event: CustodyEvent) -> dict[tuple[str, str], None]:
    """Every file that the log knows from such an event, as (file, digest), in the order of the log."""
    later = custody.alias()
    deleted = exists().where(
        later.c.subject == custody.c.subject, later.c.event == CustodyEvent.DELETED, later.c.seq > custody.c.seq
    )
    statement = (
        select(custody.c.subject, custody.c.digest).where(custody.c.event == event, ~deleted).order_by(custody.c.seq)
    )
    return dict.fromkeys((row.subject, row.digest) for row in connection.execute(statement))


def _deleted(connection: Connection) -> int:
    """Captures of which the log says that they were deleted."""
    of_records = custody.c.subject.like("urn:%")
    statement = select(func.count(distinct(custody.c.subject)))
    return connection.scalar(statement.where(custody.c.event == CustodyEvent.DELETED, of_records)) or 0


def _not_gone(connection: Connection, evidence_folder: Path) -> Iterator[str]:
    for file in deleted_files(connection):
        if (evidence_folder / file).is_file():
            yield f"{file}: logged as deleted, and still there: adwatch purge finishes it"


def _file_failures(evidence_folder: Path, kind: str, logged: tuple[str, str]) -> Iterator[str]:
    file, digest = logged
    try:
        found = file_digest(evidence_folder / file)
    except OSError as error:
        yield f"{kind}{file}: cannot be read: {error.strerror}"
        return
    if found != digest:
        yield f"{kind}{file}: its bytes do not match the recorded SHA-256"


def _unlogged_registers(connection: Connection, logged: Collection[tuple[str, str]]) -> Iterator[str]:
    """Snapshots that rest on a file which the custody log does not know."""
    columns = register_snapshots.c.as_of, register_snapshots.c.file, register_snapshots.c.digest
    for row in connection.execute(select(*columns).order_by(register_snapshots.c.id)):
        if (row.file, row.digest) not in logged:
            yield f"register of {row.as_of}: {row.file} with this hash is not in the custody log"


def _unlogged_receipts(connection: Connection, logged: Collection[tuple[str, str]]) -> Iterator[str]:
    """Filings whose receipt the custody log does not know."""
    columns = filings.c.id, filings.c.receipt, filings.c.receipt_digest
    for row in connection.execute(select(*columns).where(filings.c.receipt.is_not(None)).order_by(filings.c.id)):
        if (row.receipt, row.receipt_digest) not in logged:
            yield f"filing {row.id}: {row.receipt} with this hash is not in the custody log"


def _all_rows(connection: Connection, table: Any) -> Iterator[Row[Any]]:
    """All rows in key order, in batches, so that memory does not grow with the store."""
    (key,) = table.primary_key.columns
    after = 0
    while rows := connection.execute(select(table).where(key > after).order_by(key).limit(BATCH)).all():
        yield from rows
        after = rows[-1]._mapping[key.name]
