"""What was deleted, and why: a record in the evidence folder, and the custody log that seals it.

The record is written first, the log in the transaction that deletes. What the log does not know never happened.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from crawler.evidence.custody import CustodyEntry, CustodyEvent, append_custody, deleted_files
from crawler.files import write_whole
from crawler.retention.due import Clock
from crawler.store.schema import custody

FOLDER = "deletions"


@dataclass(frozen=True, slots=True)
class Deletion:
    """What one transaction deletes."""

    clock: Clock
    days: int
    before: datetime
    """What ended earlier than this was due."""
    rows: Mapping[str, int]
    """By table, how many."""
    cases: tuple[int, ...] = ()
    records: tuple[tuple[str, str], ...] = ()
    """WARC-Record-ID and SHA-256 of the payload."""
    files: tuple[tuple[str, str], ...] = ()
    """File, relative to the evidence folder, and its SHA-256."""
    written: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By such a file: the one that holds what was kept of it, and its SHA-256."""
    since: datetime | None = None
    """When the oldest of it was; None where the rows have no time in common."""

    def to_json(self, at: datetime) -> bytes:
        """The record."""
        document: dict[str, Any] = {
            "at": at.isoformat(),
            "clock": self.clock.value,
            "days": self.days,
            "since": self.since.isoformat() if self.since else None,
            "before": self.before.isoformat(),
            "rows": self.rows,
            "cases": self.cases,
            "records": [{"record_id": name, "sha256": digest} for name, digest in self.records],
            "files": [
                {"file": file, "sha256": digest, "replaced_by": self.written.get(file, (None,))[0]}
                for file, digest in self.files
            ],
        }
        return json.dumps(document, ensure_ascii=False, indent=1).encode()


def log_deletion(connection: Connection, evidence_folder: Path, deletion: Deletion, *, at: datetime) -> None:
    """Writes the record, then the entries: each record and file with its hash, new files sealed, the record itself."""
    content = deletion.to_json(at)
    file = f"{FOLDER}/{at:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}.json"
    write_whole(evidence_folder / file, content)
    gone = [CustodyEntry(CustodyEvent.DELETED, *one) for one in (*deletion.records, *deletion.files)]
    sealed = [CustodyEntry(CustodyEvent.SEALED, *one) for one in deletion.written.values()]
    record = CustodyEntry(CustodyEvent.PURGED, file, hashlib.sha256(content).hexdigest())
    append_custody(connection, [*gone, *sealed, record], at=at)


def finish_interrupted(connection: Connection, evidence_folder: Path, stray: Iterable[str]) -> list[Path]:
    """Files that a purge which was killed left lying: deleted by the log, or never spoken of by it.

    `stray` are files that only a purge writes.
    """
    known = set(connection.scalars(select(custody.c.subject).where(custody.c.event.in_(_KEPT))))
    left = [evidence_folder / file for file in (*stray, *_records(evidence_folder)) if file not in known]
    return left + [path for file in deleted_files(connection) if (path := evidence_folder / file).is_file()]


_KEPT = (CustodyEvent.SEALED, CustodyEvent.PURGED)


def _records(evidence_folder: Path) -> list[str]:
    return sorted(f"{FOLDER}/{path.name}" for path in (evidence_folder / FOLDER).glob("*.json"))
