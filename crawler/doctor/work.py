"""Looking over what the nights need and leave: register, sources, scheduler, locks."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, inspect, select

from crawler.doctor.findings import Finding, Patient, State
from crawler.manifest import read_manifests
from crawler.store.engine import reading
from crawler.store.register import newest_snapshot
from crawler.store.schema import metadata, nights

SILENT = timedelta(minutes=10)
LOCKS = ("night.lock", "purge.lock")


def check_register(patient: Patient) -> Iterator[Finding]:
    """Whether the list of licensed agencies is there and fresh."""
    mend = "adwatch register import FILE, or let a source of the kind register fetch it: without it nobody is checked"
    stale_after = patient.settings.file.register_stale_after_days
    with reading(patient.engine) as connection:
        if not inspect(connection).has_table("register_snapshots"):
            return
        register = newest_snapshot(connection, on=None, stale_after_days=stale_after)
    if register is None:
        yield Finding("register", State.WARN, "no list of agencies was imported", mend)
        return
    days = (patient.now.date() - register.known_on).days
    says = f"the list was up to date {days} days ago"
    if register.is_stale(on=patient.now.date()):
        yield Finding("register", State.WARN, f"{says}; after {stale_after} it accuses nobody", mend)
    else:
        yield Finding("register", State.OK, says)


def check_sources(patient: Patient) -> Iterator[Finding]:
    """Whether every source's manifest can be read, and any is collected."""
    found = read_manifests(patient.settings.source_folders)
    for source, fault in sorted(found.faults.items()):
        mend = "mend its source.yml; adwatch sources check says more"
        yield Finding("sources", State.BAD, f"{source}: {' '.join(str(fault).split())}", mend)
    enabled = [manifest for manifest in found.manifests.values() if manifest.enabled]
    if not enabled:
        mend = "read a portal's legal note and set enabled: true in its source.yml"
        yield Finding("sources", State.WARN, f"none of {len(found.manifests)} is enabled: nothing is collected", mend)
    else:
        yield Finding("sources", State.OK, f"{len(enabled)} of {len(found.manifests)} are collected")


def check_night(patient: Patient) -> Iterator[Finding]:
    """Whether the scheduler lives, and whether a night was cut off."""
    held = [name for name in LOCKS if _is_held(patient.settings.home / name)]
    with reading(patient.engine) as connection:
        there = set(inspect(connection).get_table_names())
        if "schedulers" in there:
            yield from _heartbeat(connection, patient.now)
        open_since = _cut_off(connection) if "nights" in there else None
    if held:
        yield Finding("locks", State.OK, f"{', '.join(held)}: held by a process that works just now")
    elif open_since and patient.engine.dialect.name == "sqlite":
        says = f"the night of {open_since:%Y-%m-%d %H:%M} UTC was cut off"
        yield Finding("locks", State.WARN, says, "adwatch nightly goes on with it within 12 hours, or begins a new one")
    else:
        yield Finding("locks", State.OK, "nobody holds one")


def _heartbeat(connection: Connection, now: datetime) -> Iterator[Finding]:
    table = metadata.tables["schedulers"]
    rows = connection.execute(select(table).where(table.c.stopped_at.is_(None)).order_by(table.c.name)).all()
    for row in rows:
        if now - row.sign_at > SILENT:
            mend = "start it again: adwatch schedule, or systemctl restart of its service"
            yield Finding("scheduler", State.BAD, f"{row.name} is silent since {row.sign_at:%Y-%m-%d %H:%M} UTC", mend)
        else:
            yield Finding("scheduler", State.OK, f"{row.name} is alive")
    if not rows:
        mend = "adwatch schedule runs the night daily; or call adwatch nightly from a timer"
        yield Finding("scheduler", State.WARN, "none runs", mend)


def _cut_off(connection: Connection) -> datetime | None:
    newest = select(nights.c.started_at, nights.c.finished_at).order_by(nights.c.id.desc()).limit(1)
    row = connection.execute(newest).first()
    return row.started_at if row and row.finished_at is None else None


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
