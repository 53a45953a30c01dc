"""Snapshots of the store looked up by day or hash, and compared. What a difference is stands in `differences`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from crawler.errors import RegisterError, UsageError
from crawler.register import Register
from crawler.store.register import SnapshotRow, list_snapshots, snapshot_of
from pipelines.register.differences import RegisterDifferences, differences

HASH = re.compile(r"(?:sha256:)?([0-9a-f]{6,64})", re.IGNORECASE)
NONE_YET = "no register was imported yet; see `adwatch register import --help`"


@dataclass(frozen=True, slots=True)
class Named:
    """A snapshot that somebody named, and the day its licences are judged on."""

    row: SnapshotRow
    on: date


def compare_named(
    connection: Connection, *, before: str | None, after: str | None, stale_after_days: int
) -> RegisterDifferences | None:
    """The differences between two snapshots, each named by a day or (part of) its hash; by default the newest two.

    None where only one list was imported and none is named. Raises UsageError for what names no snapshot, RegisterError
    where no register was imported at all.
    """
    listed = list_snapshots(connection)
    if not listed:
        raise RegisterError(NONE_YET)
    there = find_named(listed, after) if after else Named(listed[0], listed[0].as_of)
    if before:
        here = find_named(listed, before)
    else:
        older = listed[listed.index(there.row) + 1 :]
        if not older:
            return None
        here = Named(older[0], older[0].as_of)
    registers = [snapshot_of(connection, named.row, stale_after_days=stale_after_days) for named in (here, there)]
    return differences(*registers, before_on=here.on, on=there.on)


def compare_with_previous(
    connection: Connection, register: Register, *, stale_after_days: int
) -> RegisterDifferences | None:
    """What a stored register changed against the snapshot before it; None for the first."""
    listed = list_snapshots(connection)
    at = next(at for at, row in enumerate(listed) if (row.snapshot, row.as_of) == (register.snapshot, register.as_of))
    if at + 1 == len(listed):
        return None
    return differences(snapshot_of(connection, listed[at + 1], stale_after_days=stale_after_days), register)


def find_named(listed: Sequence[SnapshotRow], name: str) -> Named:
    """The snapshot of a day (`2026-11-20`: the newest by then) or of a hash. Raises UsageError where there is none."""
    if found := HASH.fullmatch(name):
        fitting = [row for row in listed if row.snapshot.startswith(f"sha256:{found[1].lower()}")]
        if len({row.snapshot for row in fitting}) > 1:
            raise UsageError(f"{name} begins the hashes of several lists; give more of it")
        if not fitting:
            raise UsageError(f"no imported list has the hash {name}; see `adwatch register snapshots`")
        return Named(fitting[0], fitting[0].as_of)
    try:
        day = date.fromisoformat(name)
    except ValueError as error:
        raise UsageError(f"{name} is neither a day (2026-11-20) nor the hash of an imported list") from error
    by_then = [row for row in listed if row.as_of <= day]
    if not listed:
        raise UsageError("no list was imported yet")
    if not by_then:
        raise UsageError(f"no list is known of {day}; the oldest is of {min(row.as_of for row in listed)}")
    return Named(max(by_then, key=lambda row: (_known_by(row, day), row.imported_at)), day)


def _known_by(row: SnapshotRow, day: date) -> date:
    return row.confirmed_on if row.confirmed_on and row.confirmed_on <= day else row.as_of
