"""The scheduler service: APScheduler starts nights and sources at their times, each as a process of its own.

What is due, and that nothing runs twice at once, is for the started process to find out, under the night's lease:
several schedulers on one database are as good as one.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from crawler.config import Settings
from crawler.cron import BelgradeCron
from crawler.errors import StoreError
from crawler.leases import is_free, lease_of
from crawler.manifest import read_manifests
from crawler.nightly import require_contact
from crawler.store.engine import reading
from crawler.store.locks import Lock
from crawler.store.nights import unfinished_night
from crawler.store.schedulers import give_sign, note_stop, sign_left_behind
from crawler.turns import CATCH_UP, TIMEZONE

logger = logging.getLogger(__name__)

NIGHT_JOB = "night"
SOURCE_JOB = "source:"
"""Begins the id of the job of a source that has a time of its own."""
CATCH_UP_SECONDS = int(CATCH_UP.total_seconds())
JOBS_FILE = "scheduler.db"
AT_ONCE = 40
"""Jobs that wait for each other's end; one process of them runs."""
LOOK_SECONDS = 60
STANDS_STILL_SECONDS = 10 * LOOK_SECONDS
STOP_SECONDS = 60
"""A night that was asked to end is killed after so long."""
MOST_RESUMES = 3
"""A night that is cut off again and again is left to the next one."""


class Children:
    """The processes that jobs have started; none is started any more once they were ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_over = False

    def run(self, arguments: list[str], home: str) -> int | None:
        """Runs `adwatch` with the arguments to its end. Its exit code; None where nothing is started any more."""
        with self._lock:
            if self._is_over:
                return None
            process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", "crawler.cli", *arguments],
                env={**os.environ, "ADWATCH_HOME": home},
                cwd=Path(home),
                stdin=subprocess.DEVNULL,
            )
            self._running.add(process)
        try:
            return process.wait()
        finally:
            with self._lock:
                self._running.discard(process)

    def end(self, seconds: float) -> None:
        """Asks all to end, and kills those that have not done so in time."""
        with self._lock:
            self._is_over = True
            running = list(self._running)
        for process in running:
            process.terminate()
        until = time.monotonic() + seconds
        for process in running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.error("does not end, is killed pid=%d", process.pid)
                process.kill()

    def begin(self) -> None:
        """Lets processes be started (again)."""
        self._is_over = False


CHILDREN = Children()


def run_night_process(home: str) -> None:
    """Runs the night in a process of its own: whatever happens in it, the scheduler lives on."""
    _log_end("night", CHILDREN.run(["nightly", "--due"], home))


def run_source_process(home: str, source: str) -> None:
    """Runs one source in a process of its own, if it has not run since its time."""
    _log_end(source, CHILDREN.run(["crawl", source, "--due"], home))


def _log_end(what: str, status: int | None) -> None:
    logger.log(logging.ERROR if status else logging.INFO, "%s ended status=%s", what, status)


def start_scheduler(settings: Settings) -> BackgroundScheduler:
    """A scheduler that has started paused. Its jobs live in a file, so that a restart knows what was missed."""
    settings.home.mkdir(parents=True, exist_ok=True)
    scheduler = BackgroundScheduler(
        jobstores={
            "default": SQLAlchemyJobStore(url=f"sqlite:///{settings.home / JOBS_FILE}"),
            "memory": MemoryJobStore(),
        },
        executors={
            "default": {"type": "threadpool", "max_workers": AT_ONCE},
            "look": {"type": "threadpool", "max_workers": 1},
        },
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": CATCH_UP_SECONDS},
        timezone=TIMEZONE,
    )
    scheduler.start(paused=True)
    plan_jobs(scheduler, settings)
    return scheduler


def plan_jobs(scheduler: BackgroundScheduler, settings: Settings) -> None:
    """Makes the jobs those that settings and manifests name: the night, and each source with a time of its own."""
    home = str(settings.home)
    night = BelgradeCron.daily(hour=settings.file.night_hour)
    wanted = {NIGHT_JOB: ("run_night_process", night, {"home": home})}
    for manifest in read_manifests(settings.source_folders).manifests.values():
        if manifest.enabled and manifest.schedule:
            trigger = BelgradeCron.of_line(manifest.schedule)
            kwargs = {"home": home, "source": manifest.id}
            wanted[f"{SOURCE_JOB}{manifest.id}"] = ("run_source_process", trigger, kwargs)
    kept = {job.id: job for job in scheduler.get_jobs("default")}
    for job_id in kept.keys() - wanted.keys():
        scheduler.remove_job(job_id, "default")
    for job_id, (function, trigger, kwargs) in wanted.items():
        job = kept.get(job_id)
        # A job that is kept keeps its due time, and a turn missed while the service was down is caught up.
        if job is None or not _is_same(job.trigger, trigger) or job.kwargs != kwargs:
            reference = f"{__name__}:{function}"
            scheduler.add_job(reference, trigger, id=job_id, kwargs=kwargs, replace_existing=True)


def _is_same(kept: object, wanted: BelgradeCron) -> bool:
    return type(kept) is type(wanted) and str(kept) == str(wanted)


@dataclass(slots=True)
class Lookout:
    """What the scheduler does each minute: gives a sign of life, looks for new plans, goes on with a cut-off night."""

    settings: Settings
    engine: Engine
    scheduler: BackgroundScheduler
    looked_at: float = field(default_factory=time.monotonic)
    """By the monotonic clock."""
    resumes: dict[int, int] = field(default_factory=dict)
    """Night -> how often it was gone on with."""
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _is_over: bool = False

    @property
    def name(self) -> str:
        """Of this scheduler."""
        return f"{socket.gethostname()}:{self.settings.home}"[-300:]

    @property
    def stands_still(self) -> bool:
        """Nothing has been done for long: the thread that starts jobs has died."""
        return time.monotonic() - self.looked_at > STANDS_STILL_SECONDS

    def look(self) -> None:
        """Once a minute."""
        self.looked_at = time.monotonic()
        now = datetime.now(UTC)
        with self._guard:
            if self._is_over:
                return
            with self.engine.begin() as connection:
                give_sign(connection, self.name, now=now)
        plan_jobs(self.scheduler, self.settings)
        self._resume(now)

    def _resume(self, now: datetime) -> None:
        with reading(self.engine) as connection:
            night_id = unfinished_night(connection, now=now)
        if night_id is None or not is_free(lease_of(self.settings, self.engine, Lock.NIGHT)):
            return
        self.resumes[night_id] = self.resumes.get(night_id, 0) + 1
        if self.resumes[night_id] > MOST_RESUMES:
            return
        logger.warning("going on with night=%d", night_id)
        self.scheduler.add_job(
            run_night_process,
            kwargs={"home": str(self.settings.home)},
            id="resumed",
            jobstore="memory",
            misfire_grace_time=None,
            replace_existing=True,
        )

    def end(self) -> None:
        """Notes that the scheduler was stopped in order; no look gives a sign any more."""
        with self._guard, self.engine.begin() as connection:
            self._is_over = True
            note_stop(connection, self.name, now=datetime.now(UTC))


def serve_schedule(settings: Settings, engine: Engine) -> None:
    """Blocks until SIGTERM or Ctrl-C; a night that is running is stopped in order, and goes on with the next start.

    Raises ConfigError where the night would ask real sites without a contact, StoreError where jobs are not started.
    """
    require_contact(settings)
    asked_to_stop = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    CHILDREN.begin()
    scheduler = start_scheduler(settings)
    lookout = Lookout(settings, engine, scheduler)
    with reading(engine) as connection:
        left_behind = sign_left_behind(connection, lookout.name)
    scheduler.add_job(
        lookout.look,
        "interval",
        seconds=LOOK_SECONDS,
        next_run_time=datetime.now(UTC),
        jobstore="memory",
        executor="look",
        misfire_grace_time=None,
    )
    scheduler.resume()
    sys.stderr.write(_announcement(scheduler, settings) + _on_the_last_one(left_behind))
    try:
        while not asked_to_stop.wait(LOOK_SECONDS):
            if lookout.stands_still:
                raise StoreError("the scheduler starts nothing any more (is the disk full?); start it again")
    finally:
        CHILDREN.end(STOP_SECONDS)
        # Not waited for: it would hold the lock that a look under way needs to end.
        scheduler.shutdown(wait=False)
    lookout.end()


def _on_the_last_one(left_behind: datetime | None) -> str:
    if left_behind is None:
        return ""
    last = f"its last sign was at {left_behind:%Y-%m-%d %H:%M} UTC"
    return f"the scheduler before this one was not stopped in order, {last}; what it missed or left is caught up\n"


def _announcement(scheduler: BackgroundScheduler, settings: Settings) -> str:
    sources = [job.id.removeprefix(SOURCE_JOB) for job in scheduler.get_jobs("default") if job.id != NIGHT_JOB]
    own = f", and at times of their own: {', '.join(sorted(sources))}" if sources else ""
    return f"the night runs daily at {settings.file.night_hour:02d}:00 ({TIMEZONE}){own}\n"
