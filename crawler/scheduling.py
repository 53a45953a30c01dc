"""The scheduler service: APScheduler starts the night at its hour, as a process of its own, never twice at once."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from crawler.config import Settings
from crawler.nightly import require_contact

logger = logging.getLogger(__name__)

NIGHT_JOB = "night"
CATCH_UP_SECONDS = 6 * 3600
"""A machine that slept at 02:00 and woke by 08:00 still runs the night; later it waits for the next one."""


def start_scheduler(settings: Settings) -> BackgroundScheduler:
    """A scheduler that has started paused. Its job lives in the store, so that a restart knows what was missed."""
    settings.home.mkdir(parents=True, exist_ok=True)
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=settings.database_url, tablename="scheduler_jobs")},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": CATCH_UP_SECONDS},
        timezone="Europe/Belgrade",
    )
    scheduler.start(paused=True)
    trigger = CronTrigger(hour=settings.file.night_hour, timezone="Europe/Belgrade")
    kept = scheduler.get_job(NIGHT_JOB)
    # A job that is kept keeps its due time, and a night missed while the service was down is caught up.
    if kept is None or str(kept.trigger) != str(trigger) or kept.kwargs != {"home": str(settings.home)}:
        scheduler.add_job(
            "crawler.scheduling:run_night_process",
            trigger,
            id=NIGHT_JOB,
            kwargs={"home": str(settings.home)},
            replace_existing=True,
        )
    return scheduler


def run_night_process(home: str) -> None:
    """Runs `adwatch nightly` in a process of its own: whatever happens in it, the scheduler lives on."""
    environment = {**os.environ, "ADWATCH_HOME": home}
    ended = subprocess.run(
        [sys.executable, "-m", "crawler.cli", "nightly"], env=environment, cwd=Path(home), check=False
    )
    logger.log(logging.ERROR if ended.returncode else logging.INFO, "night ended status=%d", ended.returncode)


def serve_schedule(settings: Settings) -> None:
    """Blocks until SIGTERM or Ctrl-C; a night that is running is waited for.

    Raises ConfigError where the night would ask real sites without a contact.
    """
    require_contact(settings)
    asked_to_stop = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduler = start_scheduler(settings)
    scheduler.resume()
    sys.stderr.write(f"the night runs daily at {settings.file.night_hour:02d}:00 (Europe/Belgrade)\n")
    asked_to_stop.wait()
    scheduler.shutdown(wait=True)
