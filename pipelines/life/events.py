"""What happened to an offer, told from its ads' sightings and its sources' runs. Pure; nothing of it is stored.

An ad is missing only where runs that ended well looked for it, or its own page was asked for and is gone: of a source
that failed nothing is said, and a run that stopped at known ads did not look.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import chain, islice, pairwise, takewhile, zip_longest
from operator import attrgetter

from crawler.manifest import MANUAL_SOURCE
from crawler.store.lives import AdLife, CompleteRun, Observation

SAME_AGE = timedelta(hours=12)
"""Ads that one night brought are of one age, whichever its spider met first."""


_started_at = attrgetter("started_at")
_at = attrgetter("at")


class LifeEvent(StrEnum):
    """What can happen to an offer."""

    FIRST_SEEN = "first_seen"
    COPIED = "copied"
    """Another ad of it on a portal that has one already."""
    ALSO_ON = "also_on"
    """Seen on a further portal while it stands elsewhere."""
    MOVED = "moved"
    """Seen on a further portal after it was missing from the others."""
    EDITED = "edited"
    MISSING = "missing"
    """Runs that ended well saw it no more. Who took it down, and whether anybody did, is not known."""
    SEEN_AGAIN = "seen_again"
    """An ad that was missing for a while."""
    REPOSTED = "reposted"
    """All its ads had been missing for long; the same or another returned."""
    BROUGHT = "brought"
    """A person brought it by hand: where it stands now, and whether it does, nobody saw."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one waits before saying something."""

    nights: int = 2
    """Days with a run that looked for an ad in vain before it is missing."""
    days: int = 14
    """Absence after which a return is a repost."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event in the life of an offer."""

    at: datetime
    event: LifeEvent
    ad: AdLife
    record_id: str
    """The capture that shows it; of an ad that is missing the last one."""
    since: datetime | None = None
    """When it was last seen before: of what is missing, returned, moved or was reposted."""
    elsewhere: tuple[str, ...] = ()
    """Sources it was on before: of what moved or is also on another."""
    before: int | None = None
    """Ids of the versions that an edit lies between."""
    after: int | None = None


@dataclass(frozen=True, slots=True)
class _Absence:
    last: Observation
    noticed: datetime


def happenings(lives: Sequence[AdLife], runs: Sequence[CompleteRun], patience: Patience) -> tuple[Happening, ...]:
    """All that happened to the ads of one offer, the oldest first."""
    brought = [life for life in lives if life.source == MANUAL_SOURCE]
    lives = [life for life in lives if life.source != MANUAL_SOURCE]
    absences = {life.id: tuple(_absences(life, runs, patience)) for life in lives}
    told = [happening for life in lives for happening in _of_one_ad(life, absences[life.id])]
    returned = sorted(_arrivals(lives, absences), key=lambda arrival: (arrival[1].at, arrival[0].id))
    told += [_arrival(life, seen, lives, absences, patience) for life, seen in returned]
    told += [Happening(one.at, LifeEvent.BROUGHT, life, one.record_id) for life in brought for one in life.observations]
    return tuple(sorted(told, key=lambda one: (one.at, one.ad.id, list(LifeEvent).index(one.event))))


def _absences(life: AdLife, runs: Sequence[CompleteRun], patience: Patience) -> Iterator[_Absence]:
    """The times when runs or visits of enough days looked for the ad in vain."""
    first = life.observations[0].at
    looking = sorted(
        (run for run in runs if run.source == life.source and run.reached <= first + SAME_AGE), key=_started_at
    )
    for seen, following in zip_longest(life.observations, life.observations[1:]):
        begin = bisect_right(looking, seen.at, key=_started_at)
        vain = takewhile(partial(_ended_before, following), islice(looking, begin, None))
        gone = (at for at in life.gone if seen.at < at and (following is None or at < following.at))
        noticed = _nth_day(sorted(chain((run.finished_at for run in vain), gone)), patience.nights)
        if noticed:
            yield _Absence(seen, noticed)


def _ended_before(following: Observation | None, run: CompleteRun) -> bool:
    return following is None or run.finished_at < following.at


def _nth_day(moments: Iterable[datetime], number: int) -> datetime | None:
    """The first moment of the day of that number: several runs of a day count once."""
    days: set[date] = set()
    for moment in moments:
        days.add(moment.date())
        if len(days) == number:
            return moment
    return None


def _of_one_ad(life: AdLife, absences: Sequence[_Absence]) -> Iterator[Happening]:
    for absence in absences:
        yield Happening(absence.noticed, LifeEvent.MISSING, life, absence.last.record_id, since=absence.last.at)
    for earlier, later in pairwise(life.observations):
        if earlier.version_id != later.version_id:
            yield Happening(
                later.at,
                LifeEvent.EDITED,
                life,
                later.record_id,
                before=earlier.version_id,
                after=later.version_id,
            )


def _arrivals(
    lives: Sequence[AdLife], absences: dict[int, tuple[_Absence, ...]]
) -> Iterator[tuple[AdLife, Observation]]:
    """Each ad with the times it came: first of all, and after each absence."""
    for life in lives:
        yield life, life.observations[0]
        missed = {absence.last for absence in absences[life.id]}
        yield from ((life, later) for earlier, later in pairwise(life.observations) if earlier in missed)


def _arrival(
    life: AdLife,
    seen: Observation,
    lives: Sequence[AdLife],
    absences: dict[int, tuple[_Absence, ...]],
    patience: Patience,
) -> Happening:
    earlier = [other for other in lives if _precedes(other, life, seen)]
    if not earlier:
        return Happening(seen.at, LifeEvent.FIRST_SEEN, life, seen.record_id)
    last = max(_last_before(other, seen) for other in earlier)
    nowhere = all(_is_missing(other, seen, absences[other.id]) for other in earlier)
    sources = tuple(dict.fromkeys(other.source for other in earlier))
    is_elsewhere = life.source not in sources
    if nowhere and seen.at - last >= timedelta(days=patience.days):
        event = LifeEvent.REPOSTED
    elif any(other.id == life.id for other in earlier):
        event, last = LifeEvent.SEEN_AGAIN, _last_before(life, seen)
    elif is_elsewhere:
        event = LifeEvent.MOVED if nowhere else LifeEvent.ALSO_ON
    else:
        event = LifeEvent.COPIED
    tells_since = event in (LifeEvent.REPOSTED, LifeEvent.SEEN_AGAIN, LifeEvent.MOVED)
    return Happening(
        seen.at,
        event,
        life,
        seen.record_id,
        since=last if tells_since else None,
        elsewhere=sources if is_elsewhere else (),
    )


def _precedes(other: AdLife, life: AdLife, seen: Observation) -> bool:
    """It was seen before that; of two that came at one moment, the one with the lower number."""
    first = other.observations[0].at
    if other.id == life.id:
        return first < seen.at
    return (first, other.id) < (seen.at, life.id)


def _last_before(life: AdLife, seen: Observation) -> datetime:
    place = bisect_left(life.observations, seen.at, key=_at)
    return life.observations[place - 1].at if place else seen.at


def _is_missing(life: AdLife, seen: Observation, absences: Sequence[_Absence]) -> bool:
    """It had been noticed to be missing, and was not seen since."""
    last = _last_before(life, seen)
    return any(absence.last.at == last and absence.noticed <= seen.at for absence in absences)
