"""Importing a register file for good: the file is kept as evidence, its entries become a snapshot in the store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine

from crawler.belgrade import day_in_belgrade
from crawler.config import Settings
from crawler.errors import RegisterError, UsageError
from crawler.files import write_whole
from crawler.register import Register
from crawler.store.audit import Act, record
from crawler.store.engine import reading
from crawler.store.register import SnapshotFile, newest_snapshot, save_snapshot
from pipelines.register.differences import RegisterDifferences
from pipelines.register.history import compare_with_previous
from pipelines.register.reading import ImportResult, RefusedRow, read_register

__all__ = ["ImportReport", "ImportResult", "RefusedRow", "import_file", "read_register"]

SMALLEST_SHARE = 0.5
"""A list of less than half the agencies known before is more likely torn than true."""


class Doubt(StrEnum):
    """What makes a list doubtful."""

    TORN = "torn"
    """Less than half of the agencies known before."""
    REFUSED = "refused"
    """More rows were refused than read."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    imported: int
    """Entries that were read whole. Listed agencies with an unreadable date are kept besides, and among `refused`."""
    refused: tuple[RefusedRow, ...]
    superseded: tuple[RefusedRow, ...]
    snapshot: str
    """`sha256:…` of the file."""
    as_of: date
    is_new: bool
    """False where this file was already imported as of this day."""
    changes: RegisterDifferences | None
    """Against the snapshot before it; None for the first."""


def import_file(
    settings: Settings, engine: Engine, path: Path, *, as_of: date, now: datetime, force: bool = False, by: str = ""
) -> ImportReport:
    """Imports the file as the register of that day; the same file and day again change nothing.

    Raises UsageError and RegisterError as `read_register` does, UsageError for a day that has not come yet, and
    RegisterError where it holds less than half of what the snapshot before held, unless `force`. Then nothing was
    changed. `by` names who imports it, for the audit log.
    """
    if as_of > day_in_belgrade(now):
        raise UsageError(f"{as_of} has not come yet; give the day the list is of")
    stale_after = settings.file.register_stale_after_days
    result = read_register(path, as_of=as_of, stale_after_days=stale_after)
    if not force:
        _check_not_torn(engine, path, result)
    kept = _keep(settings, path, result.register.snapshot.removeprefix("sha256:"))
    with engine.begin() as connection:
        is_new = save_snapshot(connection, result.register, kept, now=now)
        told = f"{len(result.register.entries)} entries{'' if is_new else ', known already'}"
        record(connection, Act.REGISTER_IMPORTED, person=by, now=now, subject=f"register of {as_of}", detail=told)
        changes = compare_with_previous(connection, result.register, stale_after_days=stale_after)
    return ImportReport(
        imported=readable(result.register),
        refused=result.refused,
        superseded=result.superseded,
        snapshot=result.register.snapshot,
        as_of=as_of,
        is_new=is_new,
        changes=changes,
    )


def _check_not_torn(engine: Engine, path: Path, result: ImportResult) -> None:
    with reading(engine) as connection:
        before = newest_snapshot(connection, on=None, stale_after_days=1)
    found, refused, doubt = readable(result.register), len(result.refused), doubt_of(before, result)
    if before and doubt is Doubt.TORN:
        raise RegisterError(
            f"{path.name}: {found} agencies, and the list before had {readable(before)}; nothing was imported. "
            "If the list is complete, repeat with --force"
        )
    if doubt is Doubt.REFUSED:
        raise RegisterError(
            f"{path.name}: {found} rows were read and {refused} refused (row {result.refused[0].row}: "
            f"{result.refused[0].reason}); nothing was imported. If that is right, repeat with --force"
        )


def doubt_of(before: Register | None, result: ImportResult) -> Doubt | None:
    """Why a person should look at the list before it counts, beside the newest one known; None: nothing is odd."""
    found = readable(result.register)
    if before and found < SMALLEST_SHARE * readable(before):
        return Doubt.TORN
    return Doubt.REFUSED if len(result.refused) > found else None


def readable(register: Register) -> int:
    """How many of its entries were read whole."""
    return sum(not entry.is_unreadable() for entry in register.entries)


def _keep(settings: Settings, path: Path, digest: str) -> SnapshotFile:
    """Copies the file into the evidence folder under its hash; whole or not at all."""
    target = settings.evidence_folder / "register" / f"{digest}{path.suffix.lower()}"
    kept = SnapshotFile(path.name, str(target.relative_to(settings.evidence_folder)))
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise RegisterError(f"{path.name} was changed while it was read")
        # Written again also where it is there: what somebody did to the kept file in between must not stay.
        write_whole(target, content)
    except OSError as error:
        raise RegisterError(f"{path.name} cannot be kept as evidence: {error.strerror}") from error
    return kept
