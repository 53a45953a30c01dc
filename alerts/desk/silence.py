"""The line on top of the queue: did the night run, which sources fell silent or failed, how old is the register.

`report_silence` is pure: rows of the store and the manifests in, a report out; `read_silence` reads those rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from alerts.desk.source_view import failures_of, run_state
from crawler.baseline import emptied_fields, missed_ads
from crawler.belgrade import day_in_belgrade
from crawler.config import FileSettings
from crawler.crawling import is_due
from crawler.health import RunOutcome
from crawler.manifest import ManifestsRead, RegisterSource, SourceManifest
from crawler.store.nights import RESUME_WITHIN
from crawler.store.register import SnapshotRow, newest_snapshot_row
from crawler.store.schedulers import NO_WATCH, Watch, read_watch
from crawler.store.silence import NightRow, RunRow, newest_night, newest_runs
from crawler.store.switches import switched_off

OVERDUE = timedelta(hours=26)
"""The night runs daily, and with it each source that is due; two hours of grace."""


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
    """A RunOutcome but `ok`, `flagged`, `cut_off`, `overdue`, `never` or `bad_manifest`."""
    problems: tuple[str, ...] = ()
    """crawler.health.Problem values: the failure class, then the most frequent first."""
    at: datetime | None = None
    """When it ran last; None: never, or its manifest is wrong."""
    missed: tuple[str, ...] = ()
    """What is not as usual: `no_ads`, `few_ads`."""
    empty_fields: tuple[str, ...] = ()
    """Fields of a posting that used to be filled and went empty."""


@dataclass(frozen=True, slots=True)
class SilenceReport:
    """What may be missing from this morning's queue."""

    night_state: NightState
    night: NightRow | None
    sources: int
    """Enabled ones."""
    brings_ads: bool
    """Some enabled source is not the register's."""
    troubles: tuple[Trouble, ...]
    register_state: RegisterState
    register_day: date | None
    """The day the list is of."""
    register_confirmed: date | None
    """A later day on which its source still published the same list."""
    register_age: int
    """Days since it was last known to be the register; 0 where there is none."""
    missed_nights: tuple[date, ...] = ()
    """Days whose night nobody ran, since the last night but one."""
    scheduler_silent_since: datetime | None = None
    """None: it gives signs of life, or there is none."""

    @property
    def is_calm(self) -> bool:
        """Nothing is missing."""
        night_is_well = self.night_state in (NightState.DONE, NightState.RUNNING) and not self.failed_steps
        sources_are_well = self.brings_ads and not self.troubles
        is_watched = not self.missed_nights and self.scheduler_silent_since is None
        return night_is_well and is_watched and sources_are_well and self.register_state is RegisterState.FRESH

    @property
    def failed_steps(self) -> tuple[str, ...]:
        """Names of the newest night's steps that failed."""
        return self.night.failed_steps if self.night else ()

    @property
    def verdicts_changed(self) -> int:
        """Ads that the register answered otherwise in the newest night than before."""
        return self.night.verdicts_changed if self.night else 0


def read_silence(
    connection: Connection, settings: FileSettings, *, sources: ManifestsRead, now: datetime
) -> SilenceReport:
    """The report as of now."""
    return report_silence(
        newest_night(connection),
        newest_runs(connection),
        newest_snapshot_row(connection),
        sources=sources,
        now=now,
        stale_after_days=settings.register_stale_after_days,
        off=switched_off(connection),
        watch=read_watch(connection, now=now, hour=settings.night_hour),
    )


def report_silence(
    night: NightRow | None,
    runs: Sequence[RunRow],
    register: SnapshotRow | None,
    *,
    sources: ManifestsRead,
    now: datetime,
    stale_after_days: int,
    off: Collection[str] = (),
    watch: Watch = NO_WATCH,
) -> SilenceReport:
    """The report. Runs of sources that are not enabled (any more), or that are `off`, are nobody's trouble."""
    today = day_in_belgrade(now)
    enabled = [manifest for manifest in sources.manifests.values() if manifest.enabled and manifest.id not in off]
    state = _night_state(night, now=now)
    # While a night runs, sources still waiting for their turn are judged by how late they were when it began.
    judged_at = night.started_at if night and state is NightState.RUNNING else now
    newest = {run.source: run for run in runs}
    found = [_source_trouble(manifest, newest.get(manifest.id), now=now, judged_at=judged_at) for manifest in enabled]
    return SilenceReport(
        night_state=state,
        night=night,
        sources=len(enabled),
        brings_ads=any(not isinstance(manifest, RegisterSource) for manifest in enabled),
        troubles=(
            *(Trouble(folder, "bad_manifest") for folder in sorted(sources.faults)),
            *(trouble for trouble in found if trouble is not None),
        ),
        register_state=register_state(register, today=today, stale_after_days=stale_after_days),
        register_day=register.as_of if register else None,
        register_confirmed=register.confirmed_on if register else None,
        register_age=_age(register, today),
        missed_nights=watch.missed,
        scheduler_silent_since=watch.last_sign if watch.is_silent else None,
    )


def _night_state(night: NightRow | None, *, now: datetime) -> NightState:
    if night is None:
        return NightState.NEVER
    if night.finished_at is None:
        is_running = now - night.started_at < RESUME_WITHIN and not night.is_cut_off
        return NightState.RUNNING if is_running else NightState.CUT_OFF
    return NightState.OVERDUE if now - night.started_at > OVERDUE else NightState.DONE


def _source_trouble(
    manifest: SourceManifest, run: RunRow | None, *, now: datetime, judged_at: datetime
) -> Trouble | None:
    if run is None:
        return Trouble(manifest.name, "never")
    if _is_overdue(manifest, run, at=judged_at):
        return Trouble(manifest.name, "overdue", at=run.started_at)
    state = run_state(run, now=now)
    if state in (RunOutcome.OK, "running"):
        return None
    missed, emptied = missed_ads(run.reasons), emptied_fields(run.reasons)
    return Trouble(manifest.name, state, failures_of(run), run.started_at, missed, emptied)


def _is_overdue(manifest: SourceManifest, run: RunRow, *, at: datetime) -> bool:
    """Its turn passed, and with it the night that should have taken it."""
    is_quiet = at - run.started_at > OVERDUE
    return is_quiet and is_due(manifest, last=run.finished_at or run.started_at, now=at - OVERDUE)


def register_state(register: SnapshotRow | None, *, today: date, stale_after_days: int) -> RegisterState:
    """Whether the newest register may carry anything today."""
    if register is None:
        return RegisterState.MISSING
    return RegisterState.STALE if _age(register, today) > stale_after_days else RegisterState.FRESH


def _age(register: SnapshotRow | None, today: date) -> int:
    return (today - register.known_on).days if register else 0
