"""The script of the fortnight as values, and what it implies; nothing here looks at what the program did.

A night that failed for a portal brings nothing of it: nothing is said then of what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from alerts.cases import CaseState, Decision, DismissReason
from pipelines.life.events import LifeEvent

NIGHTS = 14
VANISHED_AFTER = 2
"""Nights that look in vain, as adwatch.yml says it to the program."""
REPOSTED_AFTER = 6
"""Days of absence, as adwatch.yml says it."""
NIGHT_BEGINS = time(1, tzinfo=UTC)
"""Two in the morning in Belgrade, in winter."""


class What(StrEnum):
    """What goes wrong in a night."""

    SPIDER_KILLED = "spider_killed"
    SITE_DOWN = "site_down"
    RESUMED = "night_killed_and_resumed"
    LOGIN_WALL = "login_wall"
    LAYOUT_CHANGED = "layout_changed"
    DISK_FULL = "disk_full"
    CUT_OFF = "night_killed_for_good"
    DATABASE_RESTARTED = "database_restarted"
    SCHEDULER_KILLED = "scheduler_killed"

    @property
    def loses_the_portal(self) -> bool:
        """The night brings nothing of it."""
        return self not in (What.RESUMED, What.DATABASE_RESTARTED, What.SCHEDULER_KILLED)


class Part(BaseModel):
    """Base of all parts of the script."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PortalName(Part):
    """A portal."""

    name: str


class Failure(Part):
    """What goes wrong in a night, and with which portal."""

    portal: str
    what: What


class ScriptedAd(Part):
    """An ad, with the nights in which its portal shows it."""

    id: str
    portal: str
    shown: Sequence[tuple[int, int]]
    title: str
    text: str
    country: str | None = None
    """Where the work is; None: at home."""
    case: bool = False
    """The first of a worrying offer: a person has to decide on it."""
    offer: str = ""
    """Ads of the same offer; empty: of one of its own."""
    edits: Mapping[int, str] = {}
    """The text from that night on."""
    edit_is_real: bool = True

    @property
    def of_offer(self) -> str:
        """The offer's word."""
        return self.offer or self.id

    def is_shown(self, night: int) -> bool:
        """By its portal, in that night."""
        return any(first <= night <= last for first, last in self.shown)

    def text_in(self, night: int) -> str:
        """What it says in that night, a line."""
        newest = max((since for since in self.edits if since <= night), default=None)
        return " ".join((self.text if newest is None else self.edits[newest]).split())


class Decided(Part):
    """A person's decision after a night."""

    after: int
    offer: str
    decision: Decision
    person: str
    reason: DismissReason | None = None
    desk_is_killed: bool = False
    """The desk dies while it is posted, and it is posted again to the next desk."""


class Script(Part):
    """All that happens."""

    first_night: date
    portals: Mapping[str, PortalName]
    failures: Mapping[int, Failure]
    ads: Sequence[ScriptedAd]
    decisions: Sequence[Decided]
    returned: Mapping[str, int]
    states: Mapping[str, CaseState]

    def begins(self, night: int) -> datetime:
        """When that night is due."""
        return datetime.combine(self.first_night + timedelta(days=night - 1), NIGHT_BEGINS)

    def night_at(self, moment: datetime) -> int:
        """The number of the night, or of the night before that day's decisions."""
        return (moment.date() - self.first_night).days + 1

    def brings(self, portal: str, night: int) -> bool:
        """The night brings what the portal shows."""
        failure = self.failures.get(night)
        return not (failure and failure.portal == portal and failure.what.loses_the_portal)

    def shown(self, portal: str, night: int) -> list[ScriptedAd]:
        """What the portal shows in that night."""
        return [ad for ad in self.ads if ad.portal == portal and ad.is_shown(night)]

    def seen(self, ad: ScriptedAd) -> list[int]:
        """The nights in which the ad is seen."""
        return [night for night in range(1, NIGHTS + 1) if ad.is_shown(night) and self.brings(ad.portal, night)]

    @cached_property
    def offers(self) -> dict[str, list[ScriptedAd]]:
        """The ads of each offer, in the order of the script."""
        found: dict[str, list[ScriptedAd]] = {}
        for ad in self.ads:
            found.setdefault(ad.of_offer, []).append(ad)
        return found

    @property
    def cases(self) -> dict[str, int]:
        """By worrying offer: the night in which its case is opened."""
        return {ad.of_offer: self.seen(ad)[0] for ad in self.ads if ad.case}

    def missing(self, ad: ScriptedAd) -> list[int]:
        """The nights in which the ad is noticed to be missing."""
        return [noticed for _, noticed in self._absences(ad)]

    def _absences(self, ad: ScriptedAd) -> Iterator[tuple[int, int]]:
        """(the night it was seen last, the night it is noticed to be missing)."""
        for last, again in pairwise((*self.seen(ad), NIGHTS + 1)):
            vain = [night for night in range(last + 1, again) if self.brings(ad.portal, night)]
            if len(vain) >= VANISHED_AFTER:
                yield last, vain[VANISHED_AFTER - 1]

    def life(self, offer: str) -> set[tuple[int, LifeEvent, str]]:
        """(night, what happened, ad) of all ads of the offer."""
        ads = self.offers[offer]
        told = {(night, LifeEvent.MISSING, ad.id) for ad in ads for night in self.missing(ad)}
        told |= {(since, LifeEvent.EDITED, ad.id) for ad in ads for since in ad.edits}
        return told | {(night, self._arrival(ad, night), ad.id) for ad in ads for night in self._arrivals(ad)}

    def _arrivals(self, ad: ScriptedAd) -> list[int]:
        seen, absent = self.seen(ad), dict(self._absences(ad))
        return [seen[0], *(later for earlier, later in pairwise(seen) if earlier in absent)]

    def _arrival(self, ad: ScriptedAd, night: int) -> LifeEvent:
        """What it is that an ad comes in that night."""
        earlier = [other for other in self.offers[ad.of_offer] if self.seen(other)[0] < night]
        if not earlier:
            return LifeEvent.FIRST_SEEN
        absences = [dict(self._absences(other)) for other in earlier]
        last = [max(seen for seen in self.seen(other) if seen < night) for other in earlier]
        nowhere = all(absent.get(seen, NIGHTS + 1) < night for absent, seen in zip(absences, last, strict=True))
        if nowhere and night - max(last) >= REPOSTED_AFTER:
            return LifeEvent.REPOSTED
        if ad in earlier:
            return LifeEvent.SEEN_AGAIN
        if all(other.portal != ad.portal for other in earlier):
            return LifeEvent.MOVED if nowhere else LifeEvent.ALSO_ON
        return LifeEvent.COPIED

    def alarms(self) -> list[tuple[int, str, bool]]:
        """(night, portal, it broke), once for each change of state of a portal."""
        told = []
        for portal in self.portals:
            was_well = True
            for night in range(1, NIGHTS + 1):
                if self._tells_nothing(portal, night):
                    continue
                is_well = self.brings(portal, night)
                if is_well != was_well:
                    told.append((night, portal, not is_well))
                was_well = is_well
        return sorted(told)

    def _tells_nothing(self, portal: str, night: int) -> bool:
        """The run of that night was never judged."""
        failure = self.failures.get(night)
        return failure is not None and failure.portal == portal and failure.what is What.CUT_OFF


@cache
def read_script() -> Script:
    """The script that stands beside this module."""
    return Script.model_validate(yaml.safe_load(Path(__file__).with_name("script.yml").read_text(encoding="utf-8")))
