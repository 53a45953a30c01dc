"""Starting work of the night by hand beside the desk: a process of its own, under the same lease as the night."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from crawler.config import Settings
from crawler.errors import BusyError
from crawler.nightly import one_night_at_a_time


@dataclass(frozen=True, slots=True)
class StartedRun:
    """What this desk started last."""

    source: str
    """Empty where it is about no source."""
    started_at: datetime
    is_running: bool
    problem: str
    """What the process said last, where it failed; else empty."""


class RunsByHand:
    """Starts one command at a time; a second is refused here, and by the night's lease whoever started the first."""

    def __init__(self, settings: Settings, engine: Engine, *command: str) -> None:
        """For that command of `adwatch`; starts nothing yet."""
        self._settings, self._engine, self._command = settings, engine, command
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._source = ""
        self._started_at: datetime | None = None

    def start(self, source: str = "", *, now: datetime) -> None:
        """Starts it, for that source. Raises BusyError while a night, or another run by hand, is under way."""
        with self._guard:
            if self._process is not None and self._process.poll() is None:
                raise BusyError(f"{' '.join(self._command)} {self._source}".rstrip() + " is under way")
            with one_night_at_a_time(self._settings, self._engine):
                pass
            self._process, self._source, self._started_at = self._launch(source), source, now

    def newest(self) -> StartedRun | None:
        """What was started last, with how it stands; None where this desk started nothing."""
        process, started_at = self._process, self._started_at
        if process is None or started_at is None:
            return None
        status = process.poll()
        problem = _last_line(self._log(self._source)) if status else ""
        return StartedRun(self._source, started_at, status is None, problem)

    def wait(self, seconds: float) -> None:
        """Waits for the end of what was started last, if there is something."""
        if self._process is not None:
            self._process.wait(timeout=seconds)

    def _launch(self, source: str) -> subprocess.Popen[bytes]:
        self._settings.logs_folder.mkdir(parents=True, exist_ok=True)
        places = {"ADWATCH_HOME": str(self._settings.home), "ADWATCH_DATABASE_URL": self._settings.database_url}
        arguments = (*self._command, source) if source else self._command
        with self._log(source).open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own command, a known source, no shell
                [sys.executable, "-m", "crawler.cli", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **places},
                # It outlives the desk, as a night would.
                start_new_session=True,
            )

    def _log(self, source: str) -> Path:
        return self._settings.logs_folder / f"by-hand-{source or self._command[0]}.log"


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")
