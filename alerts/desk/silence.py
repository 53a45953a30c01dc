"""The line on top of the queue: did the night run, which sources fell silent or failed, how old is the register.

Pure: rows of the store in, a report out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from alerts.stating import BELGRADE
from crawler.health import NO_FAULT, RunOutcome
from crawler.store.nights import RESUME_WITHIN
from crawler.store.silence import NightRow, RunRow

OVERDUE = timedelta(hours=26)
"""The night runs daily; two hours of grace."""
LOOK_BACK = timedelta(days=30)
"""A source that did not run for so long is no longer ours."""
SOURCE_OVERDUE = timedelta(days=8)
"""A source may be due once a week only."""


class NightState(StrEnum):
    """How the newest night stands."""

    NEVER = "never"
    RUNNING = "running"
    CUT_OFF = "cut_off"
    OVERDUE = "overdue"
    DONE = "done"


class RegisterState(StrEnum):
    """Whether the register may carry anything."""

    MISSING = "missing"
    STALE = "stale"
    FRESH = "fresh"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source that staff must know about."""

    name: str
    kind: str
    """A RunOutcome, `cut_off` or `overdue`."""
    problems: tuple[str, ...]
    """crawler.health.Problem values, most frequent first."""
    at: datetime


@dataclass(frozen=True, slots=True)
class SilenceReport:
    """What may be missing from this morning's queue."""

    night_state: NightState
    night: NightRow | None
    sources: int
    troubles: tuple[Trouble, ...]
    register_state: RegisterState
    register_day: date | None
    register_age: int
    """Days; 0 where there is no register."""

    @property
    def is_calm(self) -> bool:
        """Nothing is missing."""
        night_is_well = self.night_state in (NightState.DONE, NightState.RUNNING)
        return night_is_well and not self.troubles and self.register_state is RegisterState.FRESH


def report_silence(
    night: NightRow | None,
    runs: Sequence[RunRow],
    register_day: date | None,
    *,
    now: datetime,
    stale_after_days: int,
    names: dict[str, str],
) -> SilenceReport:
    """The report. `names` are the sources' names for people; a source without one is shown by its id."""
    age = (now.astimezone(BELGRADE).date() - register_day).days if register_day else 0
    return SilenceReport(
        night_state=_night_state(night, now=now),
        night=night,
        sources=len(runs),
        troubles=tuple(
            Trouble(names.get(run.source, run.source), kind, _problems(run), run.started_at)
            for run in runs
            if (kind := _trouble(run, now=now)) is not None
        ),
        register_state=_register_state(register_day, age, stale_after_days),
        register_day=register_day,
        register_age=age,
    )


def _night_state(night: NightRow | None, *, now: datetime) -> NightState:
    if night is None:
        return NightState.NEVER
    if night.finished_at is None:
        return NightState.RUNNING if now - night.started_at < RESUME_WITHIN else NightState.CUT_OFF
    return NightState.OVERDUE if now - night.started_at > OVERDUE else NightState.DONE


def _trouble(run: RunRow, *, now: datetime) -> str | None:
    if now - run.started_at > SOURCE_OVERDUE:
        return "overdue"
    if run.outcome is None:
        is_running = run.finished_at is None and now - run.started_at < RESUME_WITHIN
        return None if is_running else "cut_off"
    return None if run.outcome == RunOutcome.OK else run.outcome


def _problems(run: RunRow) -> tuple[str, ...]:
    faults = {name: count for name, count in run.problems.items() if name not in NO_FAULT}
    return tuple(sorted(faults, key=lambda name: (-faults[name], name)))


def _register_state(day: date | None, age: int, stale_after_days: int) -> RegisterState:
    if day is None:
        return RegisterState.MISSING
    return RegisterState.STALE if age > stale_after_days else RegisterState.FRESH
