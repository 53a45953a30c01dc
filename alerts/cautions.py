"""What whoever approves or files a draft must know beside its text. All but `read_cautions` is pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection

from alerts.editing import lost_edits
from alerts.facts import LIMITATION_IS_NEAR, DraftFacts
from alerts.law import Law, ProvisionStatus, built_in_law
from alerts.recipients import RegisterNeed, find_recipient
from crawler.belgrade import day_in_belgrade
from crawler.config import Settings
from crawler.errors import UsageError
from crawler.store.drafts import DraftRow
from crawler.store.register import SnapshotRow, newest_snapshot_row


class CautionKind(StrEnum):
    """What it is about."""

    LIMITATION_ENDED = "limitation_ended"
    LIMITATION_NEAR = "limitation_near"
    NEWER_REGISTER = "newer_register"
    """The draft rests on an older register than the newest."""
    STALE_REGISTER = "stale_register"
    SET_ASIDE = "set_aside"
    """Provisions left out until a lawyer confirms them."""
    UNCONFIRMED = "unconfirmed"
    """Provisions that no lawyer confirmed, and a person switched on."""
    LOST_EDITS = "lost_edits"
    """Passages that were worded anew and are no longer there."""


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to know."""

    kind: CautionKind
    day: date | None = None
    """When the time limit ends, or the day of the register."""
    count: int = 0
    """Days left, or days that the register is old, or passages."""
    provisions: tuple[str, ...] = ()
    """Ids in the data of the law."""

    def __str__(self) -> str:
        """For the command line."""
        return {
            CautionKind.LIMITATION_ENDED: f"{_COUNTED} ended on {self.day}",
            CautionKind.LIMITATION_NEAR: f"{_COUNTED} ends on {self.day}",
            CautionKind.NEWER_REGISTER: f"a newer register, of {self.day}, is there: reassess",
            CautionKind.STALE_REGISTER: f"the register of {self.day} is {self.count} days old by now",
            CautionKind.SET_ASIDE: f"left out until a lawyer confirms them in law.yml: {', '.join(self.provisions)}",
            CautionKind.UNCONFIRMED: f"cited though no lawyer confirmed them yet: {', '.join(self.provisions)}",
            CautionKind.LOST_EDITS: f"{self.count} passages that were worded anew are no longer in the draft",
        }[self.kind]


_COUNTED = "counted from when the ad was last seen, the time limit of one year"


def read_cautions(connection: Connection, settings: Settings, draft: DraftRow, *, now: datetime) -> tuple[Caution, ...]:
    """What to know about the kept draft now. Raises DraftError where it cannot be read."""
    return tuple(
        find_cautions(
            DraftFacts.from_json(draft.facts),
            built_in_law(),
            today=day_in_belgrade(now),
            register=newest_snapshot_row(connection),
            stale_after_days=settings.file.register_stale_after_days,
        )
    )


def find_cautions(
    facts: DraftFacts, law: Law, *, today: date, register: SnapshotRow | None, stale_after_days: int
) -> Iterator[Caution]:
    """What to know about a draft today, the gravest first; `register` is the newest, None: none was ever imported."""
    if limit := facts.limitation:
        left = (limit.ends_on - today).days
        if left <= 0:
            yield Caution(CautionKind.LIMITATION_ENDED, limit.ends_on, left)
        elif left <= LIMITATION_IS_NEAR:
            yield Caution(CautionKind.LIMITATION_NEAR, limit.ends_on, left)
    if register and _needs_register(facts):
        yield from _of_register(facts, today, register, stale_after_days)
    status = {provision.id: provision.status for provision in law.provisions}
    chosen = tuple(one.id for one in facts.choices if one.is_on and status.get(one.id) is ProvisionStatus.TO_CONFIRM)
    if chosen:
        yield Caution(CautionKind.UNCONFIRMED, provisions=chosen)
    if facts.set_aside:
        yield Caution(CautionKind.SET_ASIDE, provisions=tuple(provision.id for provision in facts.set_aside))
    if lost := lost_edits(facts):
        yield Caution(CautionKind.LOST_EDITS, count=len(lost))


def _needs_register(facts: DraftFacts) -> bool:
    try:
        return find_recipient(facts.authority.id).register_check is not RegisterNeed.NONE
    except UsageError:
        # A recipient whose folder was taken away since.
        return False


def _of_register(facts: DraftFacts, today: date, newest: SnapshotRow, stale_after_days: int) -> Iterator[Caution]:
    rests_on = facts.register_check.snapshot
    if rests_on is None:
        return
    if newest.as_of > rests_on.as_of:
        yield Caution(CautionKind.NEWER_REGISTER, newest.as_of)
        return
    age = (today - newest.known_on).days
    if age > stale_after_days:
        yield Caution(CautionKind.STALE_REGISTER, rests_on.as_of, age)
