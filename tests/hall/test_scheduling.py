"""The scheduler: its job survives a restart, and a missed hour is caught up or left."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.job import Job

from crawler.config import Settings
from crawler.scheduling import CATCH_UP_SECONDS, NIGHT_JOB, start_scheduler
from tests.whole.running import ADWATCH, environment


@contextmanager
def scheduled(home: Path) -> Iterator[Job]:
    """The only job of a scheduler that has started and runs nothing."""
    scheduler = start_scheduler(Settings(home))
    try:
        (job,) = scheduler.get_jobs()
        yield job
    finally:
        scheduler.shutdown()


def test_night_is_due_daily_at_its_hour_in_belgrade(tmp_path: Path) -> None:
    (tmp_path / "adwatch.yml").write_text("night_hour: 3\n", encoding="utf-8")

    with scheduled(tmp_path) as job:
        assert job.id == NIGHT_JOB
        assert str(job.trigger) == "cron[hour='3']"
        assert str(job.trigger.timezone) == "Europe/Belgrade"
        assert job.kwargs == {"home": str(tmp_path)}


def test_restart_keeps_one_night_job_and_its_due_time(tmp_path: Path) -> None:
    with scheduled(tmp_path) as job:
        due = job.next_run_time

    with scheduled(tmp_path) as job:
        assert job.next_run_time == due
        assert (job.max_instances, job.coalesce, job.misfire_grace_time) == (1, True, CATCH_UP_SECONDS)


def test_night_missed_while_the_service_was_down_is_still_due(tmp_path: Path) -> None:
    missed = datetime(2026, 11, 20, 1, tzinfo=UTC)
    # Left as a killed service leaves it: never shut down.
    start_scheduler(Settings(tmp_path)).modify_job(NIGHT_JOB, next_run_time=missed)

    with scheduled(tmp_path) as job:
        assert job.next_run_time == missed


def test_changed_hour_is_taken_over(tmp_path: Path) -> None:
    with scheduled(tmp_path):
        pass
    (tmp_path / "adwatch.yml").write_text("night_hour: 4\n", encoding="utf-8")

    with scheduled(tmp_path) as job:
        assert str(job.trigger) == "cron[hour='4']"


def test_scheduler_service_ends_on_the_system_s_word(tmp_path: Path) -> None:
    with subprocess.Popen(
        [ADWATCH, "schedule"], env=environment(tmp_path), stderr=subprocess.PIPE, text=True
    ) as service:
        assert service.stderr
        assert "02:00" in service.stderr.readline()
        service.send_signal(signal.SIGTERM)
        assert service.wait(timeout=60) == 0
