"""Clocks go back and forward in Belgrade, and each turn comes once: APScheduler's own scheduler by a given clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED, EVENT_JOB_SUBMITTED, JobEvent
from apscheduler.schedulers.base import STATE_RUNNING
from apscheduler.triggers.cron import CronTrigger

from alerts.matters import read_matters
from alerts.telling.digest import morning_letter
from crawler.config import Settings
from crawler.crawling import is_due
from crawler.cron import BelgradeCron
from crawler.nightly import why_no_night
from crawler.scheduling import CHILDREN, NIGHT_JOB, start_scheduler
from crawler.store.nights import finish_night
from crawler.turns import missed_nights, turn_on
from tests.builders import StoreBuilder
from tests.spiders.loopback import source

PLAIN = {"kind": "structured", "start_urls": ["http://127.0.0.1:9/"], "listing": {"links": "a"}}
SCHEDULES = {"rs_u_pola_tri": "30 2 * * *", "rs_triput": "*/20 2 * * *", "rs_svakog_sata": "0 * * * *"}
BACK, FORWARD = datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2027, 3, 27, 20, tzinfo=UTC)
"""The evenings before: at three the clocks go back to two; at two they go forward to three."""
HOURS = 34
"""From the evening before to the morning after."""
STEP = timedelta(minutes=10)
PATIENCE = 600.0

Ran = list[tuple[datetime, str]]
"""When which job ran, in UTC."""


class Clock(datetime):
    """APScheduler's clock, which the test sets."""

    at = BACK

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The given time."""
        return cls.at.astimezone(tz)


@pytest.fixture
def ran() -> Iterator[Ran]:
    """What APScheduler starts by that clock; nothing is really started."""
    found: Ran = []

    def run(arguments: list[str], _home: str) -> int:
        found.append((Clock.at, arguments[1] if arguments[0] == "crawl" else arguments[0]))
        return 0

    with (
        mock.patch("apscheduler.schedulers.base.datetime", Clock),
        mock.patch("apscheduler.executors.base.datetime", Clock),
        mock.patch.object(CHILDREN, "run", run),
    ):
        yield found


@contextmanager
def scheduler_of(settings: Settings) -> Iterator[Callable[[], None]]:
    """A scheduler that has just started; the call does what is due by now, to its end."""
    scheduler = start_scheduler(settings)
    submitted: list[JobEvent] = []
    ended = threading.Semaphore(0)
    scheduler.add_listener(submitted.append, EVENT_JOB_SUBMITTED)
    scheduler.add_listener(lambda _: ended.release(), EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    # Its own thread sleeps on, so that all is done in the test's.
    scheduler.state = STATE_RUNNING

    def work() -> None:
        submitted.clear()
        scheduler._process_jobs()
        assert all(ended.acquire(timeout=PATIENCE) for _ in submitted)

    try:
        yield work
    finally:
        scheduler.shutdown()


def live_through(settings: Settings, evening: datetime) -> None:
    """A night and a day by the given clock; the service is started anew every hour."""
    for hour in range(HOURS):
        Clock.at = evening + timedelta(hours=hour)
        with scheduler_of(settings) as work:
            for step in range(6):
                Clock.at = evening + timedelta(hours=hour) + step * STEP
                work()


def times_of(ran: Ran, job: str) -> list[str]:
    """Day and time in UTC."""
    return [f"{at:%d. %H:%M}" for at, name in ran if name == job]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Sources with times of their own, in the hour that comes twice or not at all."""
    for name, line in SCHEDULES.items():
        source(tmp_path, name, {**PLAIN, "schedule": line})
    return Settings(tmp_path)


def test_hour_that_comes_twice_brings_each_turn_once(settings: Settings, ran: Ran) -> None:
    live_through(settings, BACK)
    assert times_of(ran, "nightly") == ["25. 00:00", "26. 01:00"]
    assert times_of(ran, "rs_u_pola_tri") == ["25. 00:30", "26. 01:30"]
    assert times_of(ran, "rs_triput") == ["25. 00:00", "25. 00:20", "25. 00:40", "26. 01:00", "26. 01:20", "26. 01:40"]
    assert len(times_of(ran, "rs_svakog_sata")) == HOURS


def test_hour_that_never_comes_brings_its_turns_all_the_same(settings: Settings, ran: Ran) -> None:
    live_through(settings, FORWARD)
    assert times_of(ran, "nightly") == ["28. 01:00", "29. 00:00"]
    assert times_of(ran, "rs_u_pola_tri") == ["28. 01:30", "29. 00:30"]
    assert times_of(ran, "rs_triput") == ["28. 01:00", "29. 00:00", "29. 00:20", "29. 00:40"]
    assert len(times_of(ran, "rs_svakog_sata")) == HOURS


def test_jobs_of_an_older_program_are_planned_anew(settings: Settings, ran: Ran) -> None:
    Clock.at = BACK
    older = start_scheduler(settings)
    plain = CronTrigger(hour=settings.file.night_hour, timezone="Europe/Belgrade")
    older.reschedule_job(NIGHT_JOB, trigger=plain)
    older.shutdown()
    newer = start_scheduler(settings)
    assert isinstance(newer.get_job(NIGHT_JOB).trigger, BelgradeCron)
    newer.shutdown()
    assert ran == []


@pytest.mark.parametrize(
    ("line", "ended", "now", "due"),
    [
        ("30 2 * * *", datetime(2026, 10, 25, 0, 45, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC), False),
        ("30 2 * * *", datetime(2026, 10, 25, 0, 45, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC), True),
        ("0 * * * *", datetime(2026, 10, 25, 0, 10, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC), True),
        ("30 2 * * *", datetime(2027, 3, 27, 1, 45, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC), True),
        ("30 2 * * *", datetime(2027, 3, 28, 1, 45, tzinfo=UTC), datetime(2027, 3, 28, 22, 0, tzinfo=UTC), False),
    ],
)
def test_started_process_finds_out_the_same(line: str, ended: datetime, now: datetime, due: bool) -> None:
    manifest: Any = SimpleNamespace(schedule=line)
    assert is_due(manifest, last=ended, now=now) is due


@pytest.mark.parametrize(
    ("weekdays", "days"),
    [
        ("1", "Mon"),
        ("0", "Sun"),
        ("7", "Sun"),
        ("1-5/2", "Mon Wed Fri"),
        ("0-1,thu", "Sun Mon Thu"),
        ("5-7", "Fri Sat Sun"),
        ("*/2", "Sun Tue Thu Sat"),
    ],
)
def test_days_of_the_week_are_counted_as_cron_counts_them(weekdays: str, days: str) -> None:
    trigger, at, found = BelgradeCron.of_line(f"0 6 * * {weekdays}"), BACK, set()
    for _ in range(7):
        at = trigger.get_next_fire_time(at, at)
        found.add(f"{at:%a}")
    assert found == set(days.split())


@pytest.mark.parametrize("line", ["0 6 * * 8", "0 6 * * 1/2", "0 6 * * 5-2", "0 6 * *", "", "0 25 * * *"])
def test_line_that_cron_would_not_take_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        BelgradeCron.of_line(line)


def test_night_of_the_first_hour_is_not_due_again_in_the_second(small_store: StoreBuilder) -> None:
    first = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    night_id = small_store.night(at=first)
    with small_store.engine.begin() as connection:
        finish_night(connection, night_id, now=first + timedelta(minutes=20), summary={})
        why_not = why_no_night(small_store.settings)
        assert why_not(connection, first + timedelta(hours=1))
        assert why_not(connection, first + timedelta(hours=24))
        assert not why_not(connection, first + timedelta(hours=25))


@pytest.mark.parametrize("evening", [BACK, FORWARD])
def test_no_night_is_missed_where_each_began_at_its_turn(evening: datetime) -> None:
    days = [evening.date() + timedelta(days=number) for number in range(-2, 4)]
    begun = [turn_on(day, hour=2) for day in days]
    over = {"since": begun[0], "now": begun[-1] + timedelta(hours=12), "hour": 2}
    assert missed_nights(begun, **over) == ()
    assert missed_nights([one for one in begun if one != begun[3]], **over) == (days[3],)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 28, 21, 59, tzinfo=UTC), date(2027, 3, 28)),
        (datetime(2027, 3, 28, 22, 0, tzinfo=UTC), date(2027, 3, 29)),
    ],
)
def test_digest_and_its_deadlines_are_of_the_day_in_belgrade(
    small_store: StoreBuilder, now: datetime, day: date
) -> None:
    with (
        small_store.connect() as connection,
        mock.patch("alerts.telling.digest.read_matters", wraps=read_matters) as asked,
    ):
        letter = morning_letter(connection, small_store.settings, now=now)
    assert f"{day.day}. {day.month}. {day.year}." in letter.subject.replace("\u00a0", " ")
    assert asked.call_args.kwargs == {"today": day}
