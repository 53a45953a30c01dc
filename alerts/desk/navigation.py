"""The entries of the desk's main navigation, in their order. One whose page is not there is left out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from alerts.desk.people import Role
from alerts.desk.permissions import Permission
from alerts.desk.speaking import to_say


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the navigation."""

    address: str
    title: str
    """Serbian, Latin."""
    permission: Permission
    also: tuple[str, ...] = ()
    """Beginnings of other addresses that belong to it."""

    def holds(self, path: str) -> bool:
        """Whether the page at that path belongs to this entry."""
        starts = [start for start in (self.address, *self.also) if start != "/"]
        return path == self.address or any(path == start or path.startswith(f"{start}/") for start in starts)


ENTRIES = (
    Entry("/", to_say("Red slučajeva"), Permission.SEE_CASES, also=("/cases", "/evidence")),
    Entry("/check", to_say("Provera ponude"), Permission.CHECK_OFFERS),
    Entry("/legal", to_say("Predstavke"), Permission.SEE_CASES),
    Entry("/sources", to_say("Izvori i noći"), Permission.SEE_CASES, also=("/nights",)),
    Entry("/register", to_say("Registar"), Permission.SEE_CASES),
    Entry("/reports", to_say("Izveštaji"), Permission.SEE_REPORTS),
    Entry("/people", to_say("Ljudi"), Permission.MANAGE_PEOPLE),
    Entry("/audit", to_say("Dnevnik"), Permission.SEE_AUDIT),
)


def entries_for(role: Role, pages: Collection[str]) -> tuple[Entry, ...]:
    """The entries that this role may open, of those whose address is among the desk's pages."""
    return tuple(entry for entry in ENTRIES if entry.address in pages and role.may(entry.permission))
