"""The register for people: its snapshots, its entries with what each licence is worth, and searching them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from crawler.assessment import Verdict
from crawler.register import Register, RegisterEntry
from crawler.store.register import SnapshotRow
from pipelines.register.differences import GROUPS, AgencyChange, FieldChange, RegisterDifferences
from pipelines.register.matching import verdict_of
from pipelines.text.folding import fold_key

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class SnapshotLine:
    """One imported list."""

    row: SnapshotRow
    age: int
    """Days since it was last known to be the register."""
    is_newest: bool
    is_stale: bool


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One agency, and what its licence is worth on the day asked about."""

    entry: RegisterEntry
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of the entries that fit."""

    lines: tuple[EntryLine, ...]
    found: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One agency of a group of differences."""

    entry: RegisterEntry
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """One group of differences: `added`, `removed`, `expired` and so on, see `pipelines.register.differences`."""

    name: str
    lines: tuple[ChangeLine, ...]


def snapshot_lines(rows: Sequence[SnapshotRow], *, today: date, stale_after_days: int) -> list[SnapshotLine]:
    """The lists, the newest first, as the store gives them."""
    ages = [(today - row.known_on).days for row in rows]
    return [
        SnapshotLine(row, age, place == 0, age > stale_after_days)
        for place, (row, age) in enumerate(zip(rows, ages, strict=True))
    ]


def is_in_force_unjudged(rows: Sequence[SnapshotRow], judged_at: datetime | None) -> bool:
    """Whether the list imported last is the newest one as well, and no ad was judged since (`judged_at`)."""
    newest = next(iter(rows), None)
    if newest is None or newest.imported_at < max(row.imported_at for row in rows):
        return False
    return judged_at is None or judged_at < newest.imported_at


def entry_page(register: Register, *, words: str, on: date, page: int) -> EntryPage:
    """The entries in which all the words stand, whatever script and case; the last page where there are fewer."""
    found = entries_with(register, words)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    shown = min(page, pages)
    part = found[(shown - 1) * PAGE_SIZE : shown * PAGE_SIZE]
    lines = tuple(EntryLine(entry, verdict_of(entry, on=on)) for entry in part)
    return EntryPage(lines, len(found), shown, pages)


def entries_with(register: Register, words: str) -> list[RegisterEntry]:
    """The entries in which all the words stand, whatever script and case."""
    wanted = fold_key(words).split()
    return [entry for entry in register.entries if _holds(entry, wanted)]


def change_groups(found: RegisterDifferences) -> list[ChangeGroup]:
    """The groups that hold anybody, in their order."""
    groups = (ChangeGroup(name, tuple(map(_line, getattr(found, name)))) for name in GROUPS)
    return [group for group in groups if group.lines]


def _line(one: RegisterEntry | AgencyChange) -> ChangeLine:
    return ChangeLine(one.after, one.fields) if isinstance(one, AgencyChange) else ChangeLine(one)


def _holds(entry: RegisterEntry, wanted: Iterable[str]) -> bool:
    written = (
        entry.name,
        entry.seat,
        entry.address,
        entry.licence_number,
        entry.pib,
        entry.mb,
        entry.email,
        *entry.phones,
    )
    text = fold_key(" ".join(filter(None, written)))
    digits = "".join(sign for sign in text if sign.isdecimal())
    return all(word in text or (word.isdecimal() and word.lstrip("0") in digits) for word in wanted)
