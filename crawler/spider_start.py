"""Starting a spider in a process of its own, which writes a log of its own; old logs go."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from typing import BinaryIO

from crawler.config import Settings
from crawler.shared.work import WORKER_VARIABLE

ONE_DAY = 24 * 3600
LOGS_OF_SPIDERS = (f"{'[0-9]' * 6}*-*.log", "by-hand-*.log")
"""Their names in the folder, in which other logs may stand too; the latter are of spiders that the desk started."""


def start_spider(
    settings: Settings, night_id: int, source: str, *arguments: str, worker: str | None = None
) -> subprocess.Popen[bytes]:
    """The running process of a source's spider, by itself or for the worker of that name; it ends with this process."""
    environment = {**settings.environment(), "ADWATCH_NIGHT": str(night_id), "ADWATCH_FOLLOW_PARENT": "1"}
    if worker:
        environment[WORKER_VARIABLE] = worker
    with _own_log(settings, f"{night_id:06d}-{source}{f'-{worker}' if worker else ''}.log") as log:
        return subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "crawler.spider_process", source, *arguments],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
        )


def delete_old_logs(settings: Settings) -> None:
    """Deletes spiders' logs to which nothing was written for `spider_logs_days`."""
    before = time.time() - settings.file.spider_logs_days * ONE_DAY
    for log in (log for names in LOGS_OF_SPIDERS for log in settings.logs_folder.glob(names)):
        # Another process may be deleting them too.
        with suppress(FileNotFoundError):
            if log.stat().st_mtime < before:
                log.unlink()


def _own_log(settings: Settings, name: str) -> BinaryIO:
    settings.logs_folder.mkdir(parents=True, exist_ok=True)
    delete_old_logs(settings)
    return (settings.logs_folder / name).open("ab")
