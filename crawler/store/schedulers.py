"""Signs of life of the scheduler, and the nights that it should have run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select, update

from crawler.store.nights import BY_HAND
from crawler.store.schema import nights, schedulers
from crawler.store.writing import insert_new
from crawler.turns import missed_nights

SILENT_AFTER = timedelta(minutes=15)
"""It gives a sign each minute."""
NIGHT_WITHIN = timedelta(hours=26)
"""Nights that still begin so often are run by somebody else, like cron."""
LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of the scheduler."""

    last_sign: datetime | None = None
    """Of whichever scheduler gave the newest; None: none was ever started."""
    is_silent: bool = False
    """None gives signs, and no night begins without it."""
    missed: tuple[date, ...] = ()
    """Days whose night nobody ran, since the last night but one (or for a month at most)."""
    missed_lately: int = 0
    """How many in a month."""


NO_WATCH = Watch()


def give_sign(connection: Connection, name: str, *, now: datetime) -> None:
    """Notes that the scheduler of that name lives."""
    insert_new(connection, schedulers, [{"name": name, "since": now, "sign_at": now, "stopped_at": None}])
    whose = schedulers.c.name == name
    connection.execute(update(schedulers).where(whose).values(sign_at=now, stopped_at=None))


def sign_left_behind(connection: Connection, name: str) -> datetime | None:
    """The last sign of a scheduler of that name which was not stopped in order; None where there was none such."""
    at: datetime | None = connection.scalar(
        select(schedulers.c.sign_at).where(schedulers.c.name == name, schedulers.c.stopped_at.is_(None))
    )
    return at


def note_stop(connection: Connection, name: str, *, now: datetime) -> None:
    """Notes that it was stopped in order."""
    connection.execute(update(schedulers).where(schedulers.c.name == name).values(stopped_at=now))


def one_lives(connection: Connection, *, now: datetime) -> bool:
    """Whether a scheduler gives signs: only then do sources run at times of their own."""
    last: datetime | None = connection.scalar(
        select(func.max(schedulers.c.sign_at)).where(schedulers.c.stopped_at.is_(None))
    )
    return last is not None and now - last <= SILENT_AFTER


def read_watch(connection: Connection, *, now: datetime, hour: int) -> Watch:
    """How the scheduler stands, and what it missed; nothing where none was ever started."""
    first, last = connection.execute(select(func.min(schedulers.c.since), func.max(schedulers.c.sign_at))).one()
    if first is None:
        return NO_WATCH
    begun = _whole_nights(connection, since=now - LOOK_BACK)
    missed = missed_nights(begun, since=max(first, now - LOOK_BACK), now=now, hour=hour)
    lately = begun[-2] if len(begun) > 1 else first
    return Watch(
        last_sign=last,
        is_silent=now - last > SILENT_AFTER and not _somebody_else_runs(connection, begun, now=now),
        missed=tuple(day for day in missed if day > lately.date()),
        missed_lately=len(missed),
    )


def night_since(connection: Connection, turn: datetime) -> datetime | None:
    """When the newest night that began since then ended; None where none did, or it was not finished."""
    whole = nights.c.started_at >= turn, func.coalesce(nights.c.owner, "") != BY_HAND
    newest = select(nights.c.finished_at).where(*whole).order_by(nights.c.id.desc()).limit(1)
    finished: datetime | None = connection.scalar(newest)
    return finished


def _whole_nights(connection: Connection, *, since: datetime) -> list[datetime]:
    whole = nights.c.started_at >= since, func.coalesce(nights.c.owner, "") != BY_HAND
    return list(connection.scalars(select(nights.c.started_at).where(*whole).order_by(nights.c.started_at)))


def _somebody_else_runs(connection: Connection, begun: list[datetime], *, now: datetime) -> bool:
    """The scheduler that gave the last sign was stopped in order, and nights begin all the same."""
    stopped = select(schedulers.c.stopped_at).order_by(schedulers.c.sign_at.desc()).limit(1)
    return connection.scalar(stopped) is not None and bool(begun) and now - begun[-1] < NIGHT_WITHIN
