"""Snapshots and differences as people and programs read them: tables and text, and the JSON of docs/json.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from crawler.output import plain, print_table
from crawler.register import Register, RegisterEntry
from crawler.store.register import SnapshotRow
from pipelines.register.differences import GROUPS, AgencyChange, FieldChange, RegisterDifferences
from pipelines.register.matching import verdict_of

TITLES = {
    "added": "new in the list",
    "removed": "no longer in the list",
    "expired": "licence ran out",
    "revoked": "licence revoked",
    "restored": "licence valid again",
    "renewed": "licence extended",
    "changed": "changed",
}


def differences_json(found: RegisterDifferences) -> dict[str, Any]:
    """`from` and `to`, then the agencies of each group."""
    return {
        "from": _side(found.before, found.before_on),
        "to": _side(found.after, found.on),
        **{group: [_agency_json(one) for one in getattr(found, group)] for group in GROUPS},
    }


def summary_of(found: RegisterDifferences) -> str:
    """One line: how many agencies each group holds, or that nothing changed."""
    said = ", ".join(f"{count} {TITLES[group]}" for group, count in found.counts.items() if count)
    return f"against the list of {found.before.as_of}: {said or 'no differences'}"


def print_differences(found: RegisterDifferences) -> None:
    """All groups as one table."""
    title = f"Register {_named(found.before, found.before_on)} → {_named(found.after, found.on)}"
    if found.is_empty:
        print_plain(f"{title}: no differences")
        return
    rows = [
        (TITLES[group], _name(one), _licence(one), _detail(group, one))
        for group in GROUPS
        for one in getattr(found, group)
    ]
    print_table(title, ("what", "agency", "licence", "details"), rows)


def print_snapshots(found: Sequence[tuple[SnapshotRow, Register]]) -> None:
    """All snapshots as a table."""
    columns = ("as of", "unchanged on", "agencies", "valid", "hash", "file")
    rows = [
        (row.as_of, row.confirmed_on, sum(counts.values()), counts["valid"], short(row.snapshot), row.file.name)
        for row, counts in ((row, counts_of(register)) for row, register in found)
    ]
    print_table("Imported lists", columns, rows)


def snapshot_json(row: SnapshotRow, register: Register) -> dict[str, Any]:
    """One snapshot."""
    return {
        "as_of": row.as_of,
        "confirmed_on": row.confirmed_on,
        "snapshot": row.snapshot,
        "file": row.file.name,
        "kept": row.file.kept,
        "imported_at": row.imported_at.isoformat(),
        "agencies": len(register.entries),
        **counts_of(register),
    }


def counts_of(register: Register) -> dict[str, int]:
    """How the licences stood on the day of the list."""
    stood = [verdict_of(entry, on=register.as_of).value for entry in register.entries]
    named = {"valid": "registered", "expired": "expired", "revoked": "revoked", "unreadable": "ambiguous"}
    return {name: stood.count(verdict) for name, verdict in named.items()}


def short(snapshot: str) -> str:
    """Enough of a hash to name the list by."""
    return snapshot.removeprefix("sha256:")[:12]


def print_plain(text: str) -> None:
    """A line that holds no markup and steers no terminal."""
    from rich.console import Console  # noqa: PLC0415 - keeps --help fast

    Console(highlight=False, markup=False).print(plain(text))


def _side(register: Register, on: date) -> dict[str, Any]:
    return {"snapshot": register.snapshot, "as_of": register.as_of, "on": on, "agencies": len(register.entries)}


def _named(register: Register, on: date) -> str:
    judged = "" if on == register.as_of else f" on {on}"
    return f"of {register.as_of}{judged} ({short(register.snapshot)})"


def _agency_json(one: RegisterEntry | AgencyChange) -> dict[str, Any]:
    entry = one.after if isinstance(one, AgencyChange) else one
    stated: dict[str, Any] = {
        "name": entry.name,
        "seat": entry.seat,
        "licence_number": entry.licence_number,
        "valid_until": entry.valid_until,
        "pib": entry.pib,
        "mb": entry.mb,
    }
    if isinstance(one, AgencyChange):
        stated["fields"] = {change.field: [change.before, change.after] for change in one.fields}
    return stated


def _name(one: RegisterEntry | AgencyChange) -> str:
    return one.after.name if isinstance(one, AgencyChange) else one.name


def _licence(one: RegisterEntry | AgencyChange) -> str | None:
    return one.after.licence_number if isinstance(one, AgencyChange) else one.licence_number


def _detail(group: str, one: RegisterEntry | AgencyChange) -> str | None:
    if isinstance(one, RegisterEntry):
        return one.seat
    if group == "changed":
        return "; ".join(_said(one.fields))
    if group == "revoked":
        return one.after.note
    return f"valid until {one.after.valid_until}" if one.after.valid_until else None


def _said(fields: Sequence[FieldChange]) -> Iterator[str]:
    for change in fields:
        yield f"{change.field}: {_value(change.before)} → {_value(change.after)}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        value = ", ".join(value)
    return str(value) if value else "–"
