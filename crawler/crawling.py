"""Running the spiders of a night: each source in a process of its own, so many at once as configured."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from crawler.health import Problem, RunOutcome
from crawler.manifest import SourceManifest, load_manifests
from crawler.night import Night, StepReport
from crawler.store.engine import reading
from crawler.store.nights import begin_run, finish_run, finished_sources

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class SpiderOrder:
    """A spider to run: its name, `name=value` arguments for it, and the minutes it may take."""

    source: str
    minutes: int
    arguments: tuple[str, ...] = ()


@dataclass(slots=True)
class SpiderProcess:
    """One running spider."""

    source: str
    process: subprocess.Popen[bytes]
    deadline: float
    """By the monotonic clock."""
    resources: ExitStack = field(default_factory=ExitStack)


def crawl_due_sources(night: Night) -> StepReport:
    """The night's crawl: every enabled source that has not run yet in this night."""
    manifests = load_manifests(night.settings.source_folders)
    return run_spiders(night, [order_for(manifest) for manifest in manifests.values() if manifest.enabled])


def order_for(manifest: SourceManifest) -> SpiderOrder:
    """The order that runs a source within its own limits; a minute more lets it close by itself."""
    return SpiderOrder(manifest.id, minutes=manifest.limits.max_minutes + 1)


def run_spiders(night: Night, orders: Sequence[SpiderOrder]) -> StepReport:
    """Runs the spiders ordered. One that dies or overstays is recorded and stops nothing else."""
    with reading(night.engine) as connection:
        done = finished_sources(connection, night.id)
    waiting = [order for order in orders if order.source not in done]
    running: list[SpiderProcess] = []
    counts = {"sources": len(orders), "crashed": 0}
    finished = len(orders) - len(waiting)
    try:
        while waiting or running:
            night.progress("crawling", finished, len(orders))
            while waiting and len(running) < night.settings.file.parallel_spiders:
                running.append(_start(night, waiting.pop(0)))
            time.sleep(POLL_SECONDS)
            for spider in list(_ended(running)):
                running.remove(spider)
                finished += 1
                counts["crashed"] += _note_end(night, spider)
    finally:
        for spider in running:
            _stop(spider)
    night.progress("crawling", finished, len(orders))
    return StepReport(counts)


def _start(night: Night, order: SpiderOrder) -> SpiderProcess:
    resources = ExitStack()
    log = resources.enter_context(_log_file(night, order.source).open("ab"))
    minutes = min(night.settings.file.spider_timeout_minutes, order.minutes)
    process = subprocess.Popen(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", "crawler.spider_process", order.source, *order.arguments],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={
            **os.environ,
            "ADWATCH_HOME": str(night.settings.home),
            "ADWATCH_DATABASE_URL": night.settings.database_url,
            "ADWATCH_NIGHT": str(night.id),
            "ADWATCH_FOLLOW_PARENT": "1",
        },
    )
    logger.info("spider started source=%s pid=%d", order.source, process.pid)
    return SpiderProcess(order.source, process, time.monotonic() + minutes * 60, resources)


def _log_file(night: Night, source: str) -> Path:
    night.settings.logs_folder.mkdir(parents=True, exist_ok=True)
    return night.settings.logs_folder / f"{night.id:06d}-{source}.log"


def _ended(running: Sequence[SpiderProcess]) -> Iterator[SpiderProcess]:
    for spider in running:
        if spider.process.poll() is None and time.monotonic() > spider.deadline:
            logger.warning("spider overstayed source=%s", spider.source)
            _stop(spider)
        if spider.process.poll() is not None:
            spider.resources.close()
            yield spider


def _stop(spider: SpiderProcess) -> None:
    spider.process.kill()
    spider.process.wait()
    spider.resources.close()


def _note_end(night: Night, spider: SpiderProcess) -> int:
    """Closes the run of a spider that could not close it itself. Returns 1 for a crash."""
    with night.engine.begin() as connection:
        if spider.source in finished_sources(connection, night.id):
            return 0
        now = datetime.now(UTC)
        begin_run(connection, night_id=night.id, source=spider.source, now=now)
        finish_run(
            connection,
            night_id=night.id,
            source=spider.source,
            now=now,
            outcome=RunOutcome.FAILED,
            counts={},
            problems={Problem.CRASHED: 1},
        )
    logger.error("spider crashed source=%s status=%s", spider.source, spider.process.returncode)
    return 1
