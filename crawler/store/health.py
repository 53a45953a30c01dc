"""How sources stand: each finished run judged by those before it, and an alert for each change of state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from crawler.baseline import RUNS, Health, HealthState, Paged, RunRecord, baseline_of, judge_health
from crawler.health import Problem, RunOutcome
from crawler.store.schema import health_alerts, runs

_RECORD = tuple(runs.c[name] for name in ("outcome", "problems", "ads", "listings", "read", "fields", "paged"))


@dataclass(frozen=True, slots=True)
class HealthAlert:
    """A source's change of state."""

    id: int
    source: str
    night_id: int
    at: datetime
    before: HealthState
    state: HealthState
    reasons: tuple[str, ...]
    failure: str | None
    """Failure class of the run that changed it."""


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source stood after its newest finished run."""

    state: HealthState
    reasons: tuple[str, ...]
    failure: str | None
    pages: int
    read: int
    """Ads read field by field."""
    fields: dict[str, int]
    """How many of those had each field."""
    bytes: int | None
    seconds: float
    memory: int | None


def note_health(connection: Connection, *, night_id: int, source: str, now: datetime) -> Health:
    """Judges the finished run, stores the judgement, and raises an alert where the source's state changed."""
    this = (runs.c.night_id == night_id) & (runs.c.source == source)
    row = connection.execute(select(runs.c.id, *_RECORD).where(this)).one()
    health = judge_health(_record(row), baseline_of(_records_before(connection, source, row.id)))
    failure = health.failure.value if health.failure else None
    judged = {"health": health.state.value, "reasons": list(health.reasons), "failure": failure}
    connection.execute(update(runs).where(this).values(judged))
    before = _last_state(connection, source)
    if before is not health.state:
        change = {"before": before.value, "state": health.state.value, "reasons": judged["reasons"], "failure": failure}
        connection.execute(insert(health_alerts).values(source=source, night_id=night_id, at=now, **change))
    return health


def alerts_not_told(connection: Connection) -> list[HealthAlert]:
    """Changes of state that nobody was told of yet, the oldest first."""
    columns = [health_alerts.c[name] for name in HealthAlert.__slots__]
    statement = select(*columns).where(health_alerts.c.told_at.is_(None)).order_by(health_alerts.c.id)
    return [_alert(row) for row in connection.execute(statement)]


def alerts_of(connection: Connection, source: str, *, limit: int) -> list[HealthAlert]:
    """Changes of the source's state, the newest first."""
    columns = [health_alerts.c[name] for name in HealthAlert.__slots__]
    statement = select(*columns).where(health_alerts.c.source == source).order_by(health_alerts.c.id.desc())
    return [_alert(row) for row in connection.execute(statement.limit(limit))]


def mark_alerts_told(connection: Connection, alert_ids: Iterable[int], *, now: datetime) -> None:
    """Notes that people were told of these; once is enough."""
    whose = health_alerts.c.id.in_(list(alert_ids)) & health_alerts.c.told_at.is_(None)
    connection.execute(update(health_alerts).where(whose).values(told_at=now))


def health_by_source(connection: Connection) -> dict[str, SourceHealth]:
    """How each source stood after its newest run that was judged."""
    newest = select(func.max(runs.c.id)).where(runs.c.health.is_not(None)).group_by(runs.c.source)
    return {row.source: _stands(row) for row in connection.execute(select(runs).where(runs.c.id.in_(newest)))}


def _alert(row: Row[Any]) -> HealthAlert:
    states = {"before": HealthState(row.before), "state": HealthState(row.state)}
    return HealthAlert(**{**row._mapping, **states, "reasons": tuple(row.reasons)})


def _stands(row: Row[Any]) -> SourceHealth:
    return SourceHealth(
        state=HealthState(row.health),
        reasons=tuple(row.reasons or ()),
        failure=row.failure,
        pages=row.pages,
        read=row.read,
        fields=dict(row.fields or {}),
        bytes=row.bytes,
        seconds=(row.finished_at - row.started_at).total_seconds(),
        memory=row.memory,
    )


def _last_state(connection: Connection, source: str) -> HealthState:
    newest = (
        select(health_alerts.c.state)
        .where(health_alerts.c.source == source)
        .order_by(health_alerts.c.id.desc())
        .limit(1)
    )
    return HealthState(connection.scalar(newest) or HealthState.OK)


def _records_before(connection: Connection, source: str, run_id: int) -> list[RunRecord]:
    good = runs.c.ads > 0, runs.c.outcome.in_((RunOutcome.OK.value, RunOutcome.PARTIAL.value))
    earlier = select(*_RECORD).where(runs.c.source == source, runs.c.id < run_id, *good)
    return [_record(row) for row in connection.execute(earlier.order_by(runs.c.id.desc()).limit(RUNS))]


def _record(row: Row[Any]) -> RunRecord:
    return RunRecord(
        outcome=RunOutcome(row.outcome),
        problems={Problem(name): count for name, count in row.problems.items()},
        ads=row.ads,
        listings=row.listings,
        read=row.read,
        fields=row.fields or {},
        paged=Paged(row.paged) if row.paged else None,
    )
