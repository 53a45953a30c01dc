"""Nights and runs as they were, for whoever looks back: charts of sources, and what each night did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from crawler.night import in_order_of_night
from crawler.store.nights import BY_HAND
from crawler.store.schema import nights, runs


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run of one source."""

    source: str
    night_id: int
    started_at: datetime
    finished_at: datetime | None
    """None: still running, or cut off."""
    outcome: str | None
    """crawler.health.RunOutcome."""
    pages: int
    ads: int
    new_ads: int
    listings: int
    """Listing pages read."""
    read: int
    """Ads read field by field."""
    fields: Mapping[str, int]
    """How many of those had each field."""
    problems: Mapping[str, int]
    """crawler.health.Problem -> count."""
    paged: str | None
    """crawler.baseline.Paged."""
    health: str | None
    """crawler.baseline.HealthState."""
    reasons: tuple[str, ...]
    failure: str | None


@dataclass(frozen=True, slots=True)
class PastStep:
    """What a step of a night did."""

    name: str
    counts: Mapping[str, int]
    failure: str | None


@dataclass(frozen=True, slots=True)
class PastNight:
    """A night, or a run that a person started."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    is_by_hand: bool
    steps: tuple[PastStep, ...]
    """In the order of the night; while it runs those that ended."""
    outcomes: Mapping[str, int]
    """crawler.health.RunOutcome -> how many sources; empty key: running, or cut off."""
    ads: int
    new_ads: int

    @property
    def failed_steps(self) -> tuple[str, ...]:
        """Names of those that failed."""
        return tuple(step.name for step in self.steps if step.failure)


_RUN = tuple(runs.c[name] for name in PastRun.__slots__)


def runs_since(connection: Connection, since: datetime, *, source: str | None = None) -> dict[str, list[PastRun]]:
    """By source: its runs since then, the oldest first."""
    statement = select(*_RUN).where(runs.c.started_at >= since).order_by(runs.c.source, runs.c.id)
    if source is not None:
        statement = statement.where(runs.c.source == source)
    found: dict[str, list[PastRun]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.source, []).append(_run(row))
    return found


def count_nights(connection: Connection) -> int:
    """How many nights and runs by hand there were."""
    return connection.scalar(select(func.count()).select_from(nights)) or 0


def past_nights(connection: Connection, *, page: int, size: int) -> list[PastNight]:
    """One page of the nights, the newest first."""
    chosen = select(nights).order_by(nights.c.id.desc()).offset((page - 1) * size).limit(size)
    return _nights(connection, list(connection.execute(chosen)))


def nights_before(connection: Connection, night_id: int | None, *, size: int) -> list[PastNight]:
    """That many nights before that one (None: of all), the newest first."""
    chosen = select(nights).order_by(nights.c.id.desc()).limit(size)
    if night_id is not None:
        chosen = chosen.where(nights.c.id < night_id)
    return _nights(connection, list(connection.execute(chosen)))


def past_night(connection: Connection, night_id: int) -> PastNight | None:
    """That night; None where there is none of that number."""
    found = _nights(connection, list(connection.execute(select(nights).where(nights.c.id == night_id))))
    return found[0] if found else None


def runs_of_night(connection: Connection, night_id: int) -> list[PastRun]:
    """Every source that ran in it, by name."""
    return [
        _run(row) for row in connection.execute(select(*_RUN).where(runs.c.night_id == night_id).order_by("source"))
    ]


def _nights(connection: Connection, rows: list[Row[Any]]) -> list[PastNight]:
    counted = (
        select(
            runs.c.night_id, runs.c.outcome, func.count().label("runs"), func.sum(runs.c.ads), func.sum(runs.c.new_ads)
        )
        .where(runs.c.night_id.in_([row.id for row in rows]))
        .group_by(runs.c.night_id, runs.c.outcome)
    )
    outcomes: dict[int, Counter[str]] = {row.id: Counter() for row in rows}
    brought: dict[int, Counter[str]] = {row.id: Counter() for row in rows}
    for night_id, outcome, count, ads, new_ads in connection.execute(counted):
        outcomes[night_id][outcome or ""] += count
        brought[night_id].update(ads=ads or 0, new_ads=new_ads or 0)
    return [
        PastNight(
            id=row.id,
            started_at=row.started_at,
            finished_at=row.finished_at,
            is_by_hand=row.owner == BY_HAND,
            steps=_steps(row.summary),
            outcomes=outcomes[row.id],
            ads=brought[row.id]["ads"],
            new_ads=brought[row.id]["new_ads"],
        )
        for row in rows
    ]


def _steps(summary: Mapping[str, Any]) -> tuple[PastStep, ...]:
    steps = summary.get("steps", {})
    return tuple(
        PastStep(name, {key: value for key, value in counts.items() if key != "failure"}, counts.get("failure"))
        for name, counts in sorted(steps.items(), key=lambda one: in_order_of_night(one[0]))
    )


def _run(row: Row[Any]) -> PastRun:
    stored = row._mapping
    return PastRun(**{**stored, "fields": stored["fields"] or {}, "reasons": tuple(stored["reasons"] or ())})
