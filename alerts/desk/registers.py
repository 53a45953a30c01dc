"""The register in memory: read from the store once a snapshot, and again when people decide about a name."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from crawler.register import Register
from crawler.store.aliases import newest_change
from crawler.store.register import newest_snapshot, newest_snapshot_row

Stamp = tuple[object, ...]


class Registers:
    """Keeps the newest register; pages are made in several threads, so stamp and content are replaced together."""

    def __init__(self) -> None:
        """Reads nothing yet."""
        self._kept: tuple[Stamp, Register | None] | None = None

    def newest(self, connection: Connection, *, on: date, stale_after_days: int) -> Register | None:
        """The register as it is known on that day; None where none was imported by then."""
        stamp = (newest_snapshot_row(connection), *newest_change(connection), on, stale_after_days)
        kept = self._kept
        if kept is None or kept[0] != stamp:
            found = newest_snapshot(connection, on=on, stale_after_days=stale_after_days)
            kept = self._kept = (stamp, found)
        return kept[1]
