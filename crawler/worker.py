"""`adwatch worker`: takes part in the shared runs that a night has opened, each in a spider's process of its own."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from redis.exceptions import RedisError
from sqlalchemy import Engine

from crawler.config import Settings
from crawler.errors import ConfigError
from crawler.shared.evidence import require_folder
from crawler.shared.run import SharedRun, forget_worker, note_worker, open_runs
from crawler.shared.server import connect, require_server
from crawler.spider_start import start_spider

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
SEEN_FOR_SECONDS = 30
"""A worker that has been silent for so long is taken to be gone."""
IDLE_SECONDS = 10.0
"""With `--once`: nothing came for so long. Scrapy looks for new requests every five seconds at the latest."""
AGAIN_SECONDS = 5.0
"""A run that a spider left is joined again after this, should it still be open."""
GRACE_SECONDS = 180
"""So long a process may take to leave a run, before it is killed."""

Tell = Callable[[str], None]


@dataclass(slots=True)
class Part:
    """A spider's process that takes part in a run."""

    run: SharedRun
    process: subprocess.Popen[bytes]
    over_since: float | None = None
    """By the monotonic clock: the run is over, and the process has not left it."""


@dataclass(slots=True)
class Worker:
    """One machine's worker: at most `parallel_spiders` processes."""

    settings: Settings
    name: str
    tell: Tell
    parts: dict[str, Part] = field(default_factory=dict)
    left_at: dict[str, float] = field(default_factory=dict)
    """By run: when, by the monotonic clock, a process of ours last left it."""
    stopping: bool = False

    def work(self, *, once: bool) -> None:
        """Works until SIGTERM or Ctrl-C, or with `once` until nothing was to do for a while."""
        redis = connect()
        require_server(redis)
        last_busy, is_lost = time.monotonic(), False
        self.tell(f"worker {self.name}: waiting for runs of a night")
        try:
            while not self.stopping and not (once and time.monotonic() - last_busy > IDLE_SECONDS):
                try:
                    note_worker(redis, self.name, seconds=SEEN_FOR_SECONDS)
                    self._join(open_runs(redis))
                    self._end_stragglers()
                    is_lost = False
                except RedisError as error:
                    if not is_lost:
                        self.tell(
                            f"worker {self.name}: the shared queue does not answer ({type(error).__name__}); waiting"
                        )
                    is_lost = True
                self._reap()
                if self.parts or is_lost:
                    last_busy = time.monotonic()
                time.sleep(POLL_SECONDS)
        finally:
            self._stop()
            if not is_lost:
                forget_worker(redis, self.name)
            self.tell(f"worker {self.name}: ended")

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Handles SIGTERM."""
        self.stopping = True

    def _join(self, runs: list[SharedRun]) -> None:
        """Takes part in runs with the fewest processes, up to as many as are allowed here."""
        room = self.settings.file.parallel_spiders - len(self.parts)
        wanted = [run for run in runs if run.name not in self.parts and self._may_join(run)]
        standings = [(run, run.standing()) for run in wanted] if room > 0 else []
        for run, standing in standings:
            if not standing.is_open:
                run.forget_name()
        useful = [(standing.spiders, run.night_id, run) for run, standing in standings if not standing.is_over]
        for _, _, run in sorted(useful, key=lambda one: one[:2])[:room]:
            self._start(run)

    def _may_join(self, run: SharedRun) -> bool:
        return time.monotonic() - self.left_at.get(run.name, -AGAIN_SECONDS) >= AGAIN_SECONDS

    def _start(self, run: SharedRun) -> None:
        require_folder(self.settings.evidence_folder, run.evidence())
        process = start_spider(self.settings, run.night_id, run.source, worker=self.name)
        self.parts[run.name] = Part(run, process)
        self.tell(f"worker {self.name}: night {run.night_id}, {run.source}: joined")

    def _end_stragglers(self) -> None:
        """Kills processes that do not leave a run which is over: what keeps one busy for ever would keep its room."""
        now = time.monotonic()
        for part in self.parts.values():
            if not part.run.standing().is_over:
                part.over_since = None
            elif part.over_since is None:
                part.over_since = now
            elif now - part.over_since > GRACE_SECONDS:
                part.process.kill()

    def _reap(self) -> None:
        for name, part in list(self.parts.items()):
            if part.process.poll() is not None:
                del self.parts[name]
                self.left_at[name] = time.monotonic()
                how = "left" if part.process.returncode == 0 else f"ended with status {part.process.returncode}"
                self.tell(f"worker {self.name}: night {part.run.night_id}, {part.run.source}: {how}")

    def _stop(self) -> None:
        """Lets the processes finish what is under way and return the rest."""
        if self.parts:
            self.tell(f"worker {self.name}: finishing what is under way")
        for part in self.parts.values():
            part.process.terminate()
        until = time.monotonic() + GRACE_SECONDS
        while self.parts and time.monotonic() < until:
            time.sleep(POLL_SECONDS / 5)
            self._reap()
        for part in self.parts.values():
            part.process.kill()


def run_worker(settings: Settings, engine: Engine, *, name: str | None, once: bool, tell: Tell) -> None:
    """Works until it is stopped. Raises ConfigError on SQLite, without Redis, or with another evidence folder."""
    if engine.dialect.name != "postgresql":
        raise ConfigError(
            "workers on several machines need one PostgreSQL: set ADWATCH_DATABASE_URL; with SQLite "
            "`adwatch nightly` crawls by itself"
        )
    worker = Worker(settings, checked_name(name or f"{socket.gethostname()}-{os.getpid()}"), tell)
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    worker.work(once=once)


def checked_name(name: str) -> str:
    """The name, which stands in the names of log files. Raises ConfigError where it cannot."""
    if not name or not all(character.isalnum() or character in "-_." for character in name):
        raise ConfigError(f"{name!r} is no name for a worker; use letters, digits, - _ .")
    return name
