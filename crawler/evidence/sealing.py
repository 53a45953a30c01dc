"""Closing the evidence of a night: torn ends moved aside, finished files sealed, the head of the log noted.

A seal is the SHA-256 of a whole WARC file in the custody log: it covers requests and headers besides the payloads.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from crawler.evidence.custody import CustodyEntry, CustodyEvent, append_custody
from crawler.evidence.heads import current_head, note_head
from crawler.evidence.tails import Tail, copy_tail, cut_tail, find_tail, is_being_written
from crawler.evidence.warc import is_rewritten
from crawler.night import Night, StepReport
from crawler.store.engine import reading
from crawler.store.schema import captures, custody
from crawler.store.writing import chunks

logger = logging.getLogger(__name__)


def seal_evidence(night: Night) -> StepReport:
    """The step of the night. Counts: `mended` and `sealed` files; `noted` is 1 where the log has a head.

    A torn end that the store refers to is left for a person: `adwatch evidence repair`.
    """
    folder = night.settings.evidence_folder
    with reading(night.engine) as connection:
        unsealed = _unsealed(connection, folder)
        tails = [tail for tail, lost in torn_tails(connection, folder, files=unsealed) if not lost]
    for tail in tails:
        move_tail(night.engine, folder, tail)
    sealed = seal_files(night.engine, folder)
    with reading(night.engine) as connection:
        head = current_head(connection)
    if head:
        note_head(folder, head)
    notes = tuple(f"moved aside what a killed process left: {tail.sentence}" for tail in tails)
    return StepReport({"mended": len(tails), "sealed": sealed, "noted": int(head is not None)}, notes)


def torn_tails(
    connection: Connection, evidence_folder: Path, *, files: Iterable[str] | None = None
) -> Iterator[tuple[Tail, list[str]]]:
    """Torn ends of files (all where none are given) that nobody is writing, each with the captures of the store that
    lie in it.
    """
    for file in warc_files(evidence_folder) if files is None else files:
        if is_being_written(evidence_folder / file):
            continue
        last = connection.scalar(select(func.max(captures.c.offset)).where(captures.c.file == file))
        tail = find_tail(evidence_folder, file, start=last or 0)
        if tail:
            inside = (captures.c.file == file) & (captures.c.offset + captures.c.length > tail.start)
            lost = connection.scalars(select(captures.c.record_id).where(inside).order_by(captures.c.id))
            yield tail, list(lost)


def move_tail(engine: Engine, evidence_folder: Path, tail: Tail) -> str:
    """Moves the torn bytes to a file beside and logs it. Returns that file's name. Dying in between loses nothing."""
    copy, content = copy_tail(evidence_folder, tail)
    with engine.begin() as connection:
        entry = CustodyEntry(CustodyEvent.TORN_END_MOVED, copy, hashlib.sha256(content).hexdigest())
        append_custody(connection, _new(connection, [entry]), at=datetime.now(UTC))
    cut_tail(evidence_folder, tail)
    logger.warning("torn end moved file=%s bytes=%d", tail.file, tail.length)
    return copy


def seal_files(engine: Engine, evidence_folder: Path) -> int:
    """Seals every finished file that has no seal yet. Returns how many."""
    with reading(engine) as connection:
        waiting = _unsealed(connection, evidence_folder)
    unsealed = [
        file
        for file in waiting
        # What a purge writes it seals itself; one without a seal is of a purge that was killed.
        if not is_rewritten(file)
        and not is_being_written(evidence_folder / file)
        and not find_tail(evidence_folder, file)
    ]
    entries = [CustodyEntry(CustodyEvent.SEALED, file, file_digest(evidence_folder / file)) for file in unsealed]
    with engine.begin() as connection:
        append_custody(connection, _new(connection, entries), at=datetime.now(UTC))
    return len(entries)


def _unsealed(connection: Connection, evidence_folder: Path) -> list[str]:
    """Files without a seal. Nobody adds to one that has it, and `adwatch evidence verify` looks at its end again."""
    files, sealed = warc_files(evidence_folder), set[str]()
    for some in chunks(files):
        known = select(custody.c.subject).where(custody.c.subject.in_(some), custody.c.event == CustodyEvent.SEALED)
        sealed.update(connection.scalars(known))
    return [file for file in files if file not in sealed]


def warc_files(evidence_folder: Path) -> list[str]:
    """All WARC files, relative to the evidence folder, in the order of their names."""
    return sorted(f"warc/{path.name}" for path in (evidence_folder / "warc").glob("*.warc.gz"))


def file_digest(path: Path) -> str:
    """SHA-256 of the file, hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _new(connection: Connection, entries: Iterable[CustodyEntry]) -> list[CustodyEntry]:
    """Those that the log does not hold yet: the step may have died after it wrote them."""
    return [
        entry
        for entry in entries
        if not connection.scalar(
            select(func.count())
            .select_from(custody)
            .where(custody.c.event == entry.event, custody.c.subject == entry.subject, custody.c.digest == entry.digest)
        )
    ]
