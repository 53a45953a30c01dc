"""How collecting fared lately, as the desk shows it on top: the newest night and each source's newest run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from crawler.night import in_order_of_night
from crawler.store.nights import BY_HAND, CUT_OFF
from crawler.store.schema import nights, runs


@dataclass(frozen=True, slots=True)
class NightRow:
    """The newest night that the scheduler or a person ran as a whole."""

    started_at: datetime
    finished_at: datetime | None
    """None: still running, or cut off."""
    failed_steps: tuple[str, ...] = ()
    """Names of the functions of `crawler.night.STEPS` that failed, in the night's order."""
    verdicts_changed: int = 0
    """Ads that the register answered otherwise than before."""
    is_cut_off: bool = False
    """It was stopped in order, and nobody has gone on with it yet."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """The newest run of one source."""

    source: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    """crawler.health.RunOutcome; None: still running, or cut off."""
    ads: int
    problems: dict[str, int]
    """crawler.health.Problem -> count."""
    failure: str | None = None
    """Failure class."""
    health: str | None = None
    """crawler.baseline.HealthState; None: not judged."""
    reasons: tuple[str, ...] = ()
    """Of that state, see `crawler.baseline.Health`."""


def newest_night(connection: Connection) -> NightRow | None:
    """The newest night, runs of single sources by hand left out."""
    statement = (
        select(nights.c.started_at, nights.c.finished_at, nights.c.summary)
        .where(func.coalesce(nights.c.owner, "") != BY_HAND)
        .order_by(nights.c.id.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    if row is None:
        return None
    changed = row.summary.get("steps", {}).get("assess_new_ads", {}).get("verdict_changed", 0)
    return NightRow(row.started_at, row.finished_at, _failed_steps(row.summary), changed, CUT_OFF in row.summary)


def newest_runs(connection: Connection) -> list[RunRow]:
    """The newest run of each source that ever ran, by source."""
    newest = select(func.max(runs.c.id)).group_by(runs.c.source)
    columns = [runs.c[name] for name in RunRow.__slots__]
    rows = connection.execute(select(*columns).where(runs.c.id.in_(newest)).order_by(runs.c.source))
    return [RunRow(**{**row._mapping, "reasons": tuple(row.reasons or ())}) for row in rows]


def _failed_steps(summary: dict[str, Any]) -> tuple[str, ...]:
    steps = summary.get("steps", {})
    failed = [name for name, counts in steps.items() if counts.get("failure")]
    return tuple(sorted(failed, key=in_order_of_night))
