"""Looking over what the nights need and leave: register, sources, scheduler, locks."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text

from crawler.belgrade import day_in_belgrade
from crawler.doctor.findings import Finding, Patient, State
from crawler.manifest import read_manifests
from crawler.store.engine import reading
from crawler.store.locks import Lock
from crawler.store.nights import BY_HAND
from crawler.store.register import newest_snapshot
from crawler.store.schedulers import SILENT_AFTER
from crawler.store.schema import nights, schedulers

LEASES = (Lock.NIGHT, Lock.PURGE)
# A lock of eight bytes stands there in two halves; ours have nothing in the upper one.
HELD_ON_SERVER = text(
    "SELECT CAST(objid AS bigint) FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


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
    today = day_in_belgrade(patient.now)
    days = (today - register.known_on).days
    says = f"the list was up to date {days} days ago"
    if register.is_stale(on=today):
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
    with reading(patient.engine) as connection:
        held = _held(connection, patient.settings.home)
        there = set(inspect(connection).get_table_names())
        if "schedulers" in there:
            yield from _heartbeat(connection, patient.now)
        open_since = _cut_off(connection) if "nights" in there else None
    if held:
        yield Finding("locks", State.OK, f"{', '.join(held)}: held by a process that works just now")
    elif open_since:
        says = f"the night of {open_since:%Y-%m-%d %H:%M} UTC was cut off"
        yield Finding("locks", State.WARN, says, "adwatch nightly goes on with it within 12 hours, or begins a new one")
    else:
        yield Finding("locks", State.OK, "nobody holds one")


def _heartbeat(connection: Connection, now: datetime) -> Iterator[Finding]:
    rows = connection.execute(
        select(schedulers.c.name, schedulers.c.sign_at)
        .where(schedulers.c.stopped_at.is_(None))
        .order_by(schedulers.c.name)
    ).all()
    alive = [row.name for row in rows if now - row.sign_at <= SILENT_AFTER]
    for row in rows:
        if row.name in alive:
            yield Finding("scheduler", State.OK, f"{row.name} is alive")
        else:
            # Of a machine that is no more another one does the work; nobody can stop it in order.
            state = State.WARN if alive else State.BAD
            mend = "start it again: adwatch schedule, or systemctl restart of its service"
            yield Finding("scheduler", state, f"{row.name} is silent since {row.sign_at:%Y-%m-%d %H:%M} UTC", mend)
    if not rows:
        mend = "adwatch schedule runs the night daily; or call adwatch nightly from a timer"
        yield Finding("scheduler", State.WARN, "none runs", mend)


def _cut_off(connection: Connection) -> datetime | None:
    """When the newest night began, if it has no end; runs by hand are never gone on with."""
    whole = func.coalesce(nights.c.owner, "") != BY_HAND
    newest = select(nights.c.started_at, nights.c.finished_at).where(whole).order_by(nights.c.id.desc()).limit(1)
    row = connection.execute(newest).first()
    return row.started_at if row and row.finished_at is None else None


def _held(connection: Connection, home: Path) -> list[str]:
    """Leases that somebody holds: files of the data folder, or locks of the server."""
    names = {lock: lock.name.lower() for lock in LEASES}
    if connection.dialect.name == "postgresql":
        held = set(connection.scalars(HELD_ON_SERVER))
        return [name for lock, name in names.items() if lock in held]
    return [f"{name}.lock" for name in names.values() if _is_held(home / f"{name}.lock")]


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
