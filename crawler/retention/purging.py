"""The purge: batch by batch, each one transaction with its record in the log; what is killed in between, the next ends.

Rows go first, then the bytes that nothing rests on any more. What is due stands in `crawler.retention.due`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, delete, exists, not_, select, update

from crawler.config import Settings
from crawler.errors import BusyError, EvidenceError
from crawler.evidence.custody import CustodyEvent
from crawler.evidence.holding import evidence_goes
from crawler.evidence.sealing import file_digest, warc_files
from crawler.evidence.tails import is_being_written
from crawler.evidence.warc import is_rewritten
from crawler.night import Night, Progress, StepReport, silent
from crawler.retention.deleting import delete_rows, delete_unused
from crawler.retention.due import (
    AD_CLOCKS,
    Cited,
    Clock,
    captures_in,
    due_ads,
    due_cases,
    named_files,
    read_cited,
    unused_captures,
)
from crawler.retention.log import Deletion, finish_interrupted, log_deletion
from crawler.retention.rewriting import rewrite
from crawler.store.audit import delete_old_lines, oldest_line
from crawler.store.cases import examine_again
from crawler.store.engine import reading
from crawler.store.outbox import forget_old_messages
from crawler.store.schema import (
    ad_images,
    ad_versions,
    ads,
    approvals,
    audit_log,
    bands,
    captures,
    case_events,
    cases,
    custody,
    desk_sessions,
    filings,
    image_addresses,
    images,
    login_failures,
    pages,
    series,
    signatures,
)
from crawler.store.writing import chunks
from crawler.thumbnails import delete_orphaned_thumbnails

logger = logging.getLogger(__name__)

OF_PEOPLE = (cases, case_events, approvals, filings)
"""Never deleted along with an ad: what people decided goes with the case alone."""


@dataclass
class Purged:
    """What went, or would go, for one reason."""

    clock: Clock
    days: int
    rows: Counter[str] = field(default_factory=Counter)
    """By table."""
    records: int = 0
    """Captures whose bytes go."""
    files: int = 0
    """Files rewritten without them, or dropped."""


@dataclass(frozen=True, slots=True)
class Purge:
    """All of it."""

    by_clock: tuple[Purged, ...]
    finished: int
    """Files that an earlier purge, killed, had left."""
    notes: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Cases, ads, captures and files, in all."""
        rows = sum((one.rows for one in self.by_clock), Counter[str]())
        records, files = (sum(getattr(one, name) for one in self.by_clock) for name in ("records", "files"))
        return {"cases": rows["cases"], "ads": rows["ads"], "captures": records, "files": files}


def purge(settings: Settings, engine: Engine, *, now: datetime, progress: Progress = silent) -> Purge:
    """Deletes what is due. Raises BusyError while a backup, or another purge, runs. No night may run beside it."""
    with evidence_goes(settings, engine):
        work = _Work(settings, engine, now, progress)
        finished = work.finish_interrupted()
        work.delete_all()
        with reading(engine) as connection:
            delete_orphaned_thumbnails(connection, settings.home)
        return work.told(finished)


def foresee(settings: Settings, engine: Engine, *, now: datetime) -> Purge:
    """What `purge` would delete now: it is deleted and taken back in one transaction, and no file is touched."""
    work = _Work(settings, engine, now, silent, dry=True)
    with engine.connect() as connection, connection.begin() as transaction:
        work.connection = connection
        try:
            work.delete_all()
        finally:
            transaction.rollback()
    return work.told(0)


def purge_by_night(night: Night) -> StepReport:
    """The step of the night; does nothing unless adwatch.yml says `purge: nightly`. Counts as `Purge.counts`."""
    if night.settings.file.purge != "nightly":
        return StepReport()
    try:
        done = purge(night.settings, night.engine, now=night.now, progress=night.progress)
    except BusyError as error:
        return StepReport(notes=(f"nothing was purged: {error}",))
    return StepReport(done.counts, done.notes)


@dataclass
class _Work:
    settings: Settings
    engine: Engine
    now: datetime
    progress: Progress
    dry: bool = False
    connection: Connection | None = None
    """Of a dry run, all of which is one transaction."""
    found: dict[Clock, Purged] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    emptied: set[str] = field(default_factory=set)
    """Files that a dry run counted already."""

    @property
    def folder(self) -> Path:
        return self.settings.evidence_folder

    def told(self, finished: int) -> Purge:
        return Purge(tuple(self.found[clock] for clock in Clock if clock in self.found), finished, tuple(self.notes))

    def finish_interrupted(self) -> int:
        stray = [file for file in warc_files(self.folder) if is_rewritten(file)]
        with reading(self.engine) as connection:
            left = finish_interrupted(connection, self.folder, stray)
        for path in left:
            path.unlink()
        return len(left)

    def delete_all(self) -> None:
        self.delete_cases()
        self.delete_ads()
        self.delete_traces()
        self.run(self._delete_messages)
        self.run(self._delete_audit_lines)
        self.delete_bytes()
        self.delete_files()

    def delete_cases(self) -> None:
        def batch(connection: Connection) -> list[Deletion]:
            deletions = []
            due = due_cases(connection, self.settings.file.retention, self.now)
            for ids in due.values():
                # Filings that repeat each other go in any order.
                again = filings.c.case_id.in_(ids), filings.c.first_id.is_not(None)
                connection.execute(update(filings).where(*again).values(first_id=None))
            for clock, ids in due.items():
                receipts = _receipts(connection, ids)
                examine_again(connection, connection.scalars(select(cases.c.series_id).where(cases.c.id.in_(ids))))
                rows = delete_rows(connection, cases, ids)
                gone = [receipt for receipt in receipts if not _is_kept(connection, receipt[0])]
                deletions.append(self.deletion(clock, rows, cases=tuple(ids), files=tuple(gone)))
            return deletions

        self.run(batch)

    def delete_ads(self) -> None:
        with self.reading() as connection:
            cited = read_cited(connection)
        for clock in AD_CLOCKS:
            after: int | None = 0
            while after is not None:
                after = self._delete_some_ads(clock, cited, after)

    def _delete_some_ads(self, clock: Clock, cited: Cited, after: int) -> int | None:
        last: int | None = None

        def batch(connection: Connection) -> list[Deletion]:
            nonlocal last
            found = due_ads(connection, clock, self.settings.file.retention, self.now, cited=cited, after=after)
            if not found:
                return []
            last = found[-1].id
            ids = [row.id for row in found]
            _hand_on_parts(connection, ids)
            rows = delete_rows(connection, ads, ids, never=OF_PEOPLE)
            rows += delete_unused(connection, series, {row.series_id for row in found if row.series_id})
            return [self.deletion(clock, rows)]

        self.run(batch)
        return last

    def delete_traces(self) -> None:
        """Addresses of pages, pictures that no ad shows any more, and log-ins of the desk."""

        def batch(connection: Connection) -> list[Deletion]:
            before = self.before(Clock.UNFLAGGED)
            loose = select(images.c.id).join(captures, captures.c.id == images.c.capture_id)
            unshown = not_(exists().where(ad_images.c.image_id == images.c.id))
            rows = delete_rows(
                connection, images, connection.scalars(loose.where(captures.c.fetched_at < before, unshown)).all()
            )
            old = and_(image_addresses.c.asked_at < before, image_addresses.c.image_id.is_(None))
            for table, is_old in ((image_addresses, old), (pages, pages.c.last_fetched < before)):
                rows[table.name] += connection.execute(delete(table).where(is_old)).rowcount
            used = self.before(Clock.SESSION)
            seen = Counter[str]()
            for table, column in ((desk_sessions, desk_sessions.c.seen_at), (login_failures, login_failures.c.at)):
                seen[table.name] += connection.execute(delete(table).where(column < used)).rowcount
            return [self.deletion(Clock.UNFLAGGED, +rows), self.deletion(Clock.SESSION, +seen)]

        self.run(batch)

    def _delete_messages(self, connection: Connection) -> list[Deletion]:
        rows = forget_old_messages(connection, before=self.before(Clock.MESSAGE))
        return [self.deletion(Clock.MESSAGE, rows)]

    def _delete_audit_lines(self, connection: Connection) -> list[Deletion]:
        since, before = oldest_line(connection), self.before(Clock.AUDIT)
        if since is None or since >= before:
            return []
        lines = delete_old_lines(connection, before=before, now=self.now)
        return [self.deletion(Clock.AUDIT, {audit_log.name: lines}, since=since)]

    def delete_bytes(self) -> None:
        """Captures that nothing rests on: file by file, the others' bytes go on in a new one."""
        with self.reading() as connection:
            unused = unused_captures(connection, before=self.before(Clock.UNFLAGGED), cited=read_cited(connection))
        for done, (file, rows) in enumerate(unused.items(), 1):
            try:
                self._delete_records(file, rows)
            except EvidenceError as error:
                self.notes.append(f"kept, because it cannot be rewritten: {error}")
            self.progress("deleting bytes", done, len(unused))

    def _delete_records(self, file: str, rows: list[Row[Any]]) -> None:
        path = self.folder / file
        if self.dry:
            self.emptied.add(file)
            self.run(lambda connection: [self._forget(connection, file, rows, "", {})])
            return
        if not path.is_file() or is_being_written(path):
            raise EvidenceError(f"{file} is missing or being written")
        gone = {row.record_id for row in rows}
        with self.reading() as connection:
            kept = [row for row in captures_in(connection, file) if row.record_id not in gone]
        new = rewrite(self.folder, file, kept) if kept else None
        written = {file: (new.file, new.digest)} if new else {}
        digest = file_digest(path)

        def batch(connection: Connection) -> list[Deletion]:
            for row in kept:
                assert new is not None  # noqa: S101 - what is kept stands in the new file
                place = {"file": new.file, "offset": new.offsets[row.record_id]}
                connection.execute(update(captures).where(captures.c.id == row.id).values(place))
            return [self._forget(connection, file, rows, digest, written)]

        self.run(batch)

    def _forget(
        self,
        connection: Connection,
        file: str,
        rows: list[Row[Any]],
        digest: str,
        written: Mapping[str, tuple[str, str]],
    ) -> Deletion:
        counts = delete_rows(connection, captures, [row.id for row in rows])
        records = tuple((row.record_id, row.digest) for row in rows)
        return self.deletion(Clock.UNFLAGGED, counts, records=records, files=((file, digest),), written=written)

    def delete_files(self) -> None:
        """Bytes that the store never spoke of, or moved aside: of killed processes."""
        before = self.before(Clock.UNFLAGGED)
        with self.reading() as connection:
            files = warc_files(self.folder)
            named = named_files(connection, files)
        torn = sorted(f"warc/{path.name}" for path in (self.folder / "warc").glob("*.torn"))
        gone = named | self.emptied
        stray = [file for file in (*files, *torn) if file not in gone and _is_older(self.folder / file, before)]
        for file in stray:
            self.run(lambda _, file=file: [self._drop(file)])  # type: ignore[misc]

    def _drop(self, file: str) -> Deletion:
        return self.deletion(Clock.UNFLAGGED, {}, files=((file, file_digest(self.folder / file)),))

    def before(self, clock: Clock) -> datetime:
        return clock.before(self.settings.file.retention, self.now)

    def deletion(self, clock: Clock, rows: Mapping[str, int], **more: Any) -> Deletion:
        return Deletion(clock, clock.days(self.settings.file.retention), self.before(clock), dict(rows), **more)

    def run(self, batch: Callable[[Connection], list[Deletion]]) -> None:
        """One transaction with what it says in the log; then the files go that the log says are gone."""
        if self.connection is not None:
            deletions = [one for one in batch(self.connection) if one.rows or one.files]
        else:
            with self.engine.begin() as connection:
                deletions = [one for one in batch(connection) if one.rows or one.files]
                for deletion in deletions:
                    log_deletion(connection, self.folder, deletion, at=datetime.now(UTC))
        for deletion in deletions:
            self.count(deletion)
            for file, _ in () if self.dry else deletion.files:
                (self.folder / file).unlink(missing_ok=True)

    def count(self, deletion: Deletion) -> None:
        purged = self.found.setdefault(deletion.clock, Purged(deletion.clock, deletion.days))
        purged.rows.update(deletion.rows)
        purged.records += len(deletion.records)
        purged.files += len(deletion.files)

    def reading(self) -> Any:
        """The dry run's own connection, or one that only reads."""
        return _Borrowed(self.connection) if self.connection is not None else reading(self.engine)


class _Borrowed:
    """A connection that goes on after the block."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def __enter__(self) -> Connection:
        return self.connection

    def __exit__(self, *_: object) -> None:
        pass


def _receipts(connection: Connection, case_ids: Iterable[int]) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for some in chunks(case_ids):
        rows = connection.execute(
            select(filings.c.receipt, filings.c.receipt_digest).where(
                filings.c.case_id.in_(some), filings.c.receipt.is_not(None)
            )
        )
        found.update(dict.fromkeys((row.receipt, row.receipt_digest) for row in rows))
    return list(found)


def _is_kept(connection: Connection, receipt: str) -> bool:
    """Another filing has the very same receipt, or the log never knew it."""
    other = connection.scalar(select(filings.c.id).where(filings.c.receipt == receipt).limit(1))
    known = select(custody.c.seq).where(custody.c.subject == receipt, custody.c.event == CustodyEvent.RECEIPT_KEPT)
    return other is not None or connection.scalar(known.limit(1)) is None


def _hand_on_parts(connection: Connection, ad_ids: list[int]) -> None:
    """Of exact copies one is filed by the parts it is found by: where that one goes, another takes its place."""
    doomed = select(ad_versions.c.id).where(ad_versions.c.ad_id.in_(ad_ids))
    filed = select(bands.c.version_id).where(bands.c.version_id.in_(doomed)).distinct()
    rows = connection.execute(select(signatures).where(signatures.c.version_id.in_(filed))).all()
    for row in rows:
        heir = connection.scalar(
            select(signatures.c.version_id)
            .where(
                signatures.c.text_key == row.text_key,
                signatures.c.series_id == row.series_id,
                signatures.c.version_id.not_in(doomed),
            )
            .order_by(signatures.c.version_id)
            .limit(1)
        )
        if heir is not None and not connection.scalar(select(exists().where(bands.c.version_id == heir))):
            connection.execute(update(bands).where(bands.c.version_id == row.version_id).values(version_id=heir))


def _is_older(path: Path, before: datetime) -> bool:
    return path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
