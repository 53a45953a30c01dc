"""What one run of a source has met, asked for and may still ask for: of this process, or shared by several workers.

`crawler.shared` gives a spider another one, with the same words, where workers on several machines take turns.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any


class Room(Enum):
    """Whether one more page may be asked for."""

    FREE = auto()
    NO_PAGES = auto()
    """The night's limit of pages is reached."""
    NO_AD_PAGES = auto()
    """That of pages with an ad each is; listings go on."""


class Ledger:
    """The book of a run that one process does alone."""

    is_shared = False

    def __init__(self) -> None:
        self.met: set[str] = set()
        """Keys of addresses asked for and of ads read, so that each is met once."""
        self.asked = 0
        self.asked_ads = 0
        self.began = time.monotonic()

    def is_first_meeting(self, key: str) -> bool:
        """True once for each key."""
        if key in self.met:
            return False
        self.met.add(key)
        return True

    def reserve(self, key: str, *, pages: int, ad_pages: int | None, ad: int | None) -> Room:
        """Counts a page that is to be asked for, unless as many were already: `pages` in all, `ad_pages` of ads.

        `ad` is the `crawler.addresses.short_key` of a link to an ad, None where the page is no ad's.
        """
        if ad is not None and ad_pages is not None and self.asked_ads >= ad_pages:
            return Room.NO_AD_PAGES
        if self.asked >= pages:
            return Room.NO_PAGES
        self.asked += 1
        self.asked_ads += ad is not None
        return Room.FREE

    def counts(self) -> tuple[int, int]:
        """Pages asked for, and pages of ads among them."""
        return self.asked, self.asked_ads

    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self.began

    def counted_elsewhere(self, stat: str) -> int:
        """What other processes of this run have added to a stat."""
        return 0

    def is_read_through(self) -> bool:
        """Nothing that was asked for is still to come, in any process of this run, and visits are still to be made."""
        return True

    def note_visits_asked(self) -> None:
        """The visits to known ads are asked for."""

    def note_listed(self, listed: Mapping[int, Any]) -> None:
        """Tells what listings said of ads that are due for a visit, by key."""

    def listed_elsewhere(self) -> Mapping[int, Any]:
        """What other processes of this run told by `note_listed`."""
        return {}

    def asked_elsewhere(self) -> frozenset[int]:
        """Keys of ads whose page a process of this run has asked for, as far as this one does not know by itself."""
        return frozenset()
