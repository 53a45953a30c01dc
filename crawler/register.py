"""The register of licensed agencies as values: entries, and a snapshot of the register as of a day.

How files become entries and how a name finds its entry is the business of `pipelines.register`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class EntryStatus(StrEnum):
    """What the register itself says about an entry; expiry is a matter of the day asked about."""

    ISSUED = "issued"
    REVOKED = "revoked"
    UNREADABLE = "unreadable"
    """Its agency is listed, and what the row says of the licence cannot be read: a person looks."""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One agency's licence, as one row of the register states it. None means not stated."""

    name: str
    """As the register writes it, script and case kept."""
    licence_number: str | None = None
    licence_date: date | None = None
    valid_until: date | None = None
    """Last valid day: stated, else the licence date plus five years (ZZOSN čl. 25)."""
    status: EntryStatus = EntryStatus.ISSUED
    seat: str | None = None
    address: str | None = None
    phones: tuple[str, ...] = ()
    """E.164."""
    email: str | None = None
    pib: str | None = None
    mb: str | None = None
    note: str | None = None
    number: int | None = None
    """The row's own number in the file."""

    def is_revoked(self) -> bool:
        """The register says that the licence was taken back or given up."""
        return self.status is EntryStatus.REVOKED

    def is_unreadable(self) -> bool:
        """Nothing may be said about this licence, neither that it is valid nor that there is none."""
        return self.status is EntryStatus.UNREADABLE

    def is_expired(self, *, on: date) -> bool:
        """The licence ran out before that day; the last day still counts as valid."""
        return self.valid_until is not None and self.valid_until < on


@dataclass(frozen=True, slots=True)
class EntryIdentity:
    """What an entry is known by in every snapshot, as it was written when somebody decided about it."""

    name: str
    seat: str | None = None
    licence_number: str | None = None
    pib: str | None = None
    mb: str | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A person's decision that a trade name belongs to an entry of the register, or that it does not."""

    name: str
    """As the ad or the person wrote it."""
    entry: EntryIdentity
    belongs: bool
    person: str
    """Name of who decided."""
    decided_on: date
    """Day in Serbia."""


@dataclass(frozen=True, slots=True)
class Register:
    """A snapshot: all entries of one imported file, as of a day, and what people decided about their names."""

    entries: tuple[RegisterEntry, ...]
    as_of: date
    snapshot: str
    """`sha256:<hex>` of the imported file."""
    stale_after_days: int = field(default=45)
    """From configuration; the ministry publishes no rhythm, so the default is a month and a half."""
    aliases: tuple[Alias, ...] = ()
    """Decisions that were not taken back, oldest first; of several on one name and entry the newest counts."""
    confirmed_on: date | None = None
    """A later day on which its source still published the very same file. None: not looked at since `as_of`."""

    @property
    def known_on(self) -> date:
        """The last day of which this list is known to be the register."""
        return self.confirmed_on or self.as_of

    def is_stale(self, *, on: date) -> bool:
        """Too old to accuse anybody on it (rule 3 of the house)."""
        return (on - self.known_on).days > self.stale_after_days
