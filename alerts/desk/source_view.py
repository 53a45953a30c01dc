"""How sources stand, for people: last run, last thirty nights, next turn, switches. Pure: rows in, lines out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from alerts.desk.sparklines import Sparkline, sparkline
from crawler.baseline import Baseline, Paged, RunRecord, baseline_of, emptied_fields, missed_ads
from crawler.belgrade import BELGRADE, day_in_belgrade
from crawler.crawling import is_due
from crawler.cron import BelgradeCron
from crawler.health import NO_FAULT, Problem, RunOutcome
from crawler.manifest import AnySource, RegisterSource, SourceManifest
from crawler.store.night_history import PastRun
from crawler.store.nights import RESUME_WITHIN
from crawler.store.silence import RunRow
from crawler.store.switches import ActionRow

NIGHTS = 30
"""So many days are drawn."""
LOOK_AHEAD = 40
"""Days within which a next turn is looked for."""


@dataclass(frozen=True, slots=True)
class Charts:
    """One bar a night, the oldest first."""

    pages: Sparkline
    ads: Sparkline
    filled: Sparkline
    """Percent of the fields that this source ever filled in those nights."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source."""

    id: str
    name: str
    kind: str
    is_register: bool
    is_enabled: bool
    """By its manifest."""
    off: ActionRow | None
    """Who switched it off, when and why."""
    last: PastRun | None
    state: str
    """`off`, `not_enabled`, `never`, `running`, `cut_off`, `flagged`, or the outcome of its last run."""
    problems: tuple[str, ...]
    """What went wrong in the last run: the failure class first."""
    missed: tuple[str, ...]
    """What is not as usual: `no_ads`, `few_ads`."""
    empty_fields: tuple[str, ...]
    next_turn: datetime | None
    """None: it has none, or none soon."""
    charts: Charts

    @property
    def is_well(self) -> bool:
        """Nothing about it asks for a look."""
        return self.state in ("ok", "running", "not_enabled", "off")


def source_line(
    manifest: AnySource,
    runs: Sequence[PastRun],
    off: ActionRow | None,
    *,
    now: datetime,
    night_hour: int,
    at_own_times: bool = False,
) -> SourceLine:
    """The source with its runs, the oldest first; see `next_turn`."""
    last = runs[-1] if runs else None
    reasons = last.reasons if last else ()
    has_turns = manifest.enabled and off is None
    turn = next_turn(manifest, last, now=now, night_hour=night_hour, at_own_times=at_own_times) if has_turns else None
    return SourceLine(
        id=manifest.id,
        name=manifest.name,
        kind=manifest.kind,
        is_register=isinstance(manifest, RegisterSource),
        is_enabled=manifest.enabled,
        off=off,
        last=last,
        state=_state(last, now=now, is_off=off is not None, is_enabled=manifest.enabled),
        problems=failures_of(last) if last else (),
        missed=missed_ads(reasons),
        empty_fields=emptied_fields(reasons),
        next_turn=turn,
        charts=_charts(runs, today=day_in_belgrade(now)),
    )


def failures_of(run: PastRun | RunRow) -> tuple[str, ...]:
    """What went wrong in a run, the failure class first, then the most frequent."""
    faults = {name: count for name, count in run.problems.items() if name not in NO_FAULT}
    return tuple(sorted(faults, key=lambda name: (name != run.failure, -faults[name], name)))


def run_state(run: PastRun | RunRow, *, now: datetime) -> str:
    """The outcome; `flagged` where all went well and it is not as usual, `running` or `cut_off` without one."""
    if run.outcome is None:
        is_running = run.finished_at is None and now - run.started_at < RESUME_WITHIN
        return "running" if is_running else "cut_off"
    return "flagged" if run.outcome == RunOutcome.OK and run.health == "flagged" else run.outcome


def _state(last: PastRun | None, *, now: datetime, is_off: bool, is_enabled: bool) -> str:
    if is_off:
        return "off"
    if last is None:
        return "never" if is_enabled else "not_enabled"
    return run_state(last, now=now)


def next_turn(
    manifest: SourceManifest, last: PastRun | None, *, now: datetime, night_hour: int, at_own_times: bool = False
) -> datetime | None:
    """When it will be taken next, if nothing comes between: by the first night on which it is due.

    `at_own_times`: a scheduler lives, which starts it at the time of its manifest where that comes before the night.
    """
    night = _next_night(manifest, last, now=now, hour=night_hour)
    if manifest.schedule is None or not at_own_times:
        return night
    own: datetime | None = BelgradeCron.of_line(manifest.schedule).get_next_fire_time(None, now)
    return min((turn for turn in (night, own) if turn), default=None)


def _next_night(manifest: SourceManifest, last: PastRun | None, *, now: datetime, hour: int) -> datetime | None:
    ended = (last.finished_at or last.started_at) if last else None
    today = day_in_belgrade(now)
    nights = (_night(today + timedelta(days=ahead), hour) for ahead in range(LOOK_AHEAD))
    return next((night for night in nights if night > now and is_due(manifest, last=ended, now=night)), None)


def _night(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=BELGRADE)


def baseline_for(runs: Sequence[PastRun]) -> Baseline:
    """What is usual at the source by its runs, the oldest first."""
    finished = [run for run in reversed(runs) if run.outcome is not None]
    return baseline_of([_record(run) for run in finished])


def _record(run: PastRun) -> RunRecord:
    known = {problem.value: problem for problem in Problem}
    return RunRecord(
        outcome=RunOutcome(run.outcome or RunOutcome.FAILED),
        problems={known[name]: count for name, count in run.problems.items() if name in known},
        ads=run.ads,
        listings=run.listings,
        read=run.read,
        fields=run.fields,
        paged=Paged(run.paged) if run.paged else None,
    )


def _charts(runs: Sequence[PastRun], *, today: date) -> Charts:
    by_day: Mapping[date, PastRun] = {day_in_belgrade(run.started_at): run for run in runs}
    days = [by_day.get(today - timedelta(days=back)) for back in reversed(range(NIGHTS))]
    ever = {name for run in runs for name, count in run.fields.items() if count}
    return Charts(
        pages=sparkline([run.pages if run else None for run in days]),
        ads=sparkline([run.ads if run else None for run in days]),
        filled=sparkline([_filled(run, len(ever)) if run else None for run in days], most=100),
    )


def _filled(run: PastRun, fields: int) -> float | None:
    """Percent; None where no ad was read field by field."""
    if not run.read or not fields:
        return None
    return round(100 * sum(run.fields.values()) / (run.read * fields))
