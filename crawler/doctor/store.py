"""Looking over the database and the evidence: there, whole, of the program's own version."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DatabaseError

from crawler.backup.restoring import STAGING
from crawler.doctor.findings import Finding, Patient, State
from crawler.evidence.sealing import torn_tails, warc_files
from crawler.store.engine import current_revision, known_revisions, reading, reason_of
from crawler.store.schema import captures

ONE_DAY = 24 * 3600


def check_database(patient: Patient) -> Iterator[Finding]:
    """Whether it can be opened and is whole."""
    try:
        with reading(patient.engine) as connection:
            fault = _fault(connection)
    except DatabaseError as error:
        mend = "check ADWATCH_DATABASE_URL, and that the server runs and takes the password"
        yield Finding("database", State.BAD, f"it cannot be opened: {reason_of(error)}", mend)
        return
    if fault:
        yield Finding(
            "database", State.BAD, f"it is damaged: {fault}", "restore the newest backup: adwatch restore --help"
        )
    else:
        yield Finding("database", State.OK, f"{patient.engine.dialect.name} answers and is whole")


def check_migrations(patient: Patient) -> Iterator[Finding]:
    """Whether the schema is the program's own."""
    newest = known_revisions()[-1]
    with reading(patient.engine) as connection:
        current = current_revision(connection)
    if current is None:
        yield Finding("schema", State.WARN, "there is no store yet", "any command makes it, such as adwatch status")
    elif current not in known_revisions():
        mend = "update the program; an older one must not write here"
        yield Finding("schema", State.BAD, f"the database is of a newer adwatch ({current})", mend)
    elif current != newest:
        mend = "make a backup, then run any command, such as adwatch status: it brings the database up to date"
        yield Finding(
            "schema", State.WARN, f"migrations are pending: it is at {current}, the program at {newest}", mend
        )
    else:
        yield Finding("schema", State.OK, f"at {current}, the newest")


def check_evidence(patient: Patient) -> Iterator[Finding]:
    """Files that are missing, torn, or that nothing speaks of. Hashes are the business of `evidence verify`."""
    folder = patient.settings.evidence_folder
    with reading(patient.engine) as connection:
        if not inspect(connection).has_table("captures"):
            return
        named = set(connection.scalars(select(captures.c.file).distinct()))
        torn = list(torn_tails(connection, folder))
    missing = sorted(file for file in named if not (folder / file).is_file())
    unnamed = [file for file in warc_files(folder) if file not in named]
    if missing:
        mend = "bring the evidence folder back from a backup; adwatch evidence verify names every capture"
        yield Finding("evidence", State.BAD, f"{len(missing)} files are missing, the first is {missing[0]}", mend)
    for tail, lost in torn:
        mend = "adwatch evidence repair says what it would move aside, --apply does it"
        yield Finding("evidence", State.BAD if lost else State.WARN, tail.sentence, mend)
    if not missing and not torn:
        more = f"; {len(unnamed)} hold nothing that the store speaks of, which a purge removes" if unnamed else ""
        yield Finding("evidence", State.OK, f"{len(named)} files are there and end well{more}")
    yield from _leftovers(patient)


def _fault(connection: Connection) -> str | None:
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT 1"))
        return None
    said = str(connection.scalar(text("PRAGMA quick_check(1)")))
    return None if said == "ok" else said


def _leftovers(patient: Patient) -> Iterator[Finding]:
    home = patient.settings.home
    if (home / STAGING).exists():
        mend = "run adwatch restore again with the same file"
        yield Finding("evidence", State.BAD, f"a restore into {home} was cut short", mend)
    old = [path for path in patient.settings.evidence_folder.rglob(".*") if _is_old(path.stat().st_mtime)]
    if old:
        says = f"{len(old)} half-written files of killed processes lie about, the first is {old[0]}"
        yield Finding("evidence", State.WARN, says, "they may be removed")


def _is_old(changed: float) -> bool:
    return time.time() - changed > ONE_DAY
