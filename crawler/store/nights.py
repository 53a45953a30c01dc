"""Nights and the runs of sources within them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, ScalarSelect, func, insert, select, update

from crawler.baseline import Paged
from crawler.health import Problem, RunOutcome
from crawler.store.health import note_health
from crawler.store.schema import ads, nights, runs, sightings
from crawler.store.visits import Seen
from crawler.store.writing import insert_new


@dataclass(frozen=True, slots=True)
class Measured:
    """What a spider measured of its own run; of a run that ended otherwise there is none."""

    listings: int = 0
    """Listing pages read."""
    read: int = 0
    """Ads read field by field."""
    fields: Mapping[str, int] = field(default_factory=dict)
    """Field of a posting -> how many of those had it."""
    bytes: int | None = None
    """Received, as they came over the wire."""
    memory: int | None = None
    """Most that the spider's process held, bytes."""
    revisited: int = 0
    """Known ads whose own page was visited."""
    paged: Paged | None = None


NOTHING_MEASURED = Measured()
CUT_OFF = "cut_off"
"""Stands in the summary of a night that was stopped, with the time."""
RESUME_WITHIN = timedelta(hours=12)
"""A night that was cut off earlier than this is left as it is; a new one begins."""


def begin_night(connection: Connection, *, now: datetime, owner: str) -> int:
    """The id of the night that was cut off a short while ago, or of a new one."""
    unfinished = unfinished_night(connection, now=now)
    if unfinished is None:
        return _new_night(connection, now=now, owner=owner)
    connection.execute(update(nights).where(nights.c.id == unfinished).values(owner=owner, summary={}))
    return unfinished


def unfinished_night(connection: Connection, *, now: datetime) -> int | None:
    """The newest night that began a short while ago and has no end: one that runs, or was cut off."""
    statement = (
        select(nights.c.id)
        .where(nights.c.finished_at.is_(None), nights.c.started_at > now - RESUME_WITHIN, nights.c.owner != BY_HAND)
        .order_by(nights.c.id.desc())
        .limit(1)
    )
    return connection.scalar(statement)


BY_HAND = "by hand"
"""Owner of the night that holds a single run started by a person."""


def begin_run_by_hand(connection: Connection, *, now: datetime) -> int:
    """A night of its own for `scrapy crawl` and `adwatch crawl`; it is never resumed."""
    return _new_night(connection, now=now, owner=BY_HAND)


def _new_night(connection: Connection, *, now: datetime, owner: str) -> int:
    statement = insert(nights).values(started_at=now, owner=owner, summary={}).returning(nights.c.id)
    return int(connection.scalar(statement) or 0)


def night_began(connection: Connection, night_id: int) -> datetime:
    """When the night began."""
    began: datetime = connection.execute(select(nights.c.started_at).where(nights.c.id == night_id)).scalar_one()
    return began


def finish_night(connection: Connection, night_id: int, *, now: datetime, summary: dict[str, Any]) -> None:
    """Closes the night with what its steps reported."""
    connection.execute(update(nights).where(nights.c.id == night_id).values(finished_at=now, summary=summary))


def note_steps(connection: Connection, night_id: int, summary: dict[str, Any]) -> None:
    """Notes what the steps reported so far."""
    connection.execute(update(nights).where(nights.c.id == night_id).values(summary=summary))


def note_cut_off(connection: Connection, night_id: int, *, now: datetime) -> None:
    """Notes that the night was stopped in order; what its steps reported will be reported anew."""
    note_steps(connection, night_id, {CUT_OFF: now.isoformat()})


def finished_sources(connection: Connection, night_id: int) -> set[str]:
    """Sources that need not run again in this night."""
    statement = select(runs.c.source).where(runs.c.night_id == night_id, runs.c.finished_at.is_not(None))
    return set(connection.scalars(statement))


def begin_run(connection: Connection, *, night_id: int, source: str, now: datetime) -> None:
    """Notes that the source's spider started; a run cut off earlier in this night starts again."""
    insert_new(
        connection,
        runs,
        [
            {
                "night_id": night_id,
                "source": source,
                "started_at": now,
                "pages": 0,
                "ads": 0,
                "new_ads": 0,
                "problems": {},
            }
        ],
    )


def fail_run(connection: Connection, *, night_id: int, source: str, problem: Problem, now: datetime) -> None:
    """Marks a finished run as failed: what it brought was of no use."""
    whose = (runs.c.night_id == night_id) & (runs.c.source == source)
    problems = connection.scalar(select(runs.c.problems).where(whose)) or {}
    counted = dict(sorted({**problems, problem.value: 1}.items()))
    connection.execute(update(runs).where(whose).values(outcome=RunOutcome.FAILED.value, problems=counted))
    note_health(connection, night_id=night_id, source=source, now=now)


def finish_run(
    connection: Connection,
    *,
    night_id: int,
    source: str,
    now: datetime,
    outcome: RunOutcome,
    counts: dict[str, int],
    problems: dict[Problem, int],
    measured: Measured = NOTHING_MEASURED,
) -> None:
    """Closes a run and judges its source's health. `counts` are those of `crawler.store.ads.count_run`."""
    # Where paging stopped at known ads, nothing is said about those behind.
    reached = _oldest_seen(night_id, source) if measured.paged is Paged.END else None
    connection.execute(
        update(runs)
        .where(runs.c.night_id == night_id, runs.c.source == source)
        .values(
            finished_at=now,
            outcome=outcome.value,
            reached=reached,
            problems={problem.value: count for problem, count in sorted(problems.items())},
            **{**asdict(measured), "paged": measured.paged.value if measured.paged else None},
            **counts,
        )
    )
    note_health(connection, night_id=night_id, source=source, now=now)


def _oldest_seen(night_id: int, source: str) -> ScalarSelect[datetime]:
    return (
        select(func.min(ads.c.first_seen))
        .select_from(sightings.join(ads, ads.c.id == sightings.c.ad_id))
        .where(sightings.c.night_id == night_id, ads.c.source == source, sightings.c.how != Seen.REVISIT.value)
        .scalar_subquery()
    )
