"""Running the spiders of a night: each source in a process of its own, so many at once as configured."""

from __future__ import annotations

import logging
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import OperationalError

from crawler.cron import BelgradeCron
from crawler.health import Problem, RunOutcome
from crawler.manifest import RegisterSource, SourceManifest, read_manifests
from crawler.night import Night, StepReport
from crawler.secret import secret_of
from crawler.spider_start import start_spider
from crawler.stopping import CUT_OFF, PATIENCE_SECONDS
from crawler.store.ads import count_run
from crawler.store.engine import reading, reason_of
from crawler.store.nights import begin_run, finish_run, finished_sources
from crawler.store.register_fetches import Fetch, last_list
from crawler.store.status import last_runs
from crawler.store.switches import switched_off

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1
REDIS_VARIABLE = "ADWATCH_REDIS_URL"
GRACE_SECONDS = 180
"""A spider asked to close finishes the requests under way, at its source's slow pace, and keeps what it has."""


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
    """By the monotonic clock: then it is asked to close, and a while later killed."""
    asked: bool = False
    unnoted_since: float | None = None
    """By the monotonic clock: it has ended, and the database did not take that."""


def crawl_due_sources(night: Night) -> StepReport:
    """The night's crawl: every enabled source that is due, not switched off, and has not run yet in this night.

    A source whose manifest is wrong is recorded as failed and keeps no other from running.
    """
    read = read_manifests(night.settings.source_folders)
    with reading(night.engine) as connection:
        last, off = last_runs(connection), switched_off(connection)
    for source, fault in read.faults.items():
        logger.error("manifest refused source=%s fault=%s", source, fault)
        _note_failure(night, source, Problem.BAD_MANIFEST)
    due = [
        manifest
        for manifest in read.manifests.values()
        if not isinstance(manifest, RegisterSource) and manifest.id not in off and _has_turn(night, manifest, last)
    ]
    return crawl_sources(night, due)


def crawl_sources(night: Night, manifests: Sequence[SourceManifest]) -> StepReport:
    """Crawls these sources: by spiders of this machine, or, where a Redis is configured, by all workers together."""
    if secret_of(REDIS_VARIABLE) and not any(isinstance(manifest, RegisterSource) for manifest in manifests):
        from crawler.shared.night import crawl_together  # noqa: PLC0415 - one machine alone needs no Redis

        return crawl_together(night, manifests)
    return run_spiders(night, [order_for(manifest) for manifest in manifests])


def fetch_due_register(night: Night) -> StepReport:
    """Fetches the published list of agencies from every enabled source of it that is due, before ads are judged.

    A list that stands where it stood is asked for only if it changed since.
    """
    read = read_manifests(night.settings.source_folders)
    with reading(night.engine) as connection:
        last, off = last_runs(connection), switched_off(connection)
        orders = [
            replace(order_for(manifest), arguments=_known_list(last_list(connection, manifest.id)))
            for manifest in read.manifests.values()
            if isinstance(manifest, RegisterSource) and manifest.id not in off and _has_turn(night, manifest, last)
        ]
    return run_spiders(night, orders, doing="fetching the register") if orders else StepReport({"sources": 0})


def _known_list(fetch: Fetch | None) -> tuple[str, ...]:
    if fetch is None:
        return ()
    known = {"known_url": fetch.url, "etag": fetch.etag, "last_modified": fetch.last_modified}
    return tuple(f"{name}={value}" for name, value in known.items() if value)


def _has_turn(night: Night, manifest: SourceManifest, last: Mapping[str, tuple[datetime | None, Any, Any]]) -> bool:
    return manifest.enabled and is_due(manifest, last=last.get(manifest.id, NEVER)[0], now=night.now)


NEVER: tuple[None, None, int] = (None, None, 0)


def is_due(manifest: SourceManifest, *, last: datetime | None, now: datetime) -> bool:
    """Whether the source has a turn since its last run ended; without a schedule every night is its turn."""
    if manifest.schedule is None or last is None:
        return True
    turn = BelgradeCron.of_line(manifest.schedule).get_next_fire_time(None, last)
    return turn is not None and turn <= now


def order_for(manifest: SourceManifest) -> SpiderOrder:
    """The order that runs a source within its own limits; a minute more lets it notice them by itself."""
    return SpiderOrder(manifest.id, minutes=manifest.limits.max_minutes + 1)


def run_spiders(night: Night, orders: Sequence[SpiderOrder], *, doing: str = "crawling") -> StepReport:
    """Runs the spiders ordered. One that dies or overstays is recorded and stops nothing else."""
    with reading(night.engine) as connection:
        done = finished_sources(connection, night.id)
    waiting = [order for order in orders if order.source not in done]
    running: list[SpiderProcess] = []
    counts = {"sources": len(orders), "crashed": 0}
    finished = len(orders) - len(waiting)
    try:
        while waiting or running:
            night.progress(doing, finished, len(orders))
            while waiting and len(running) < night.settings.file.parallel_spiders:
                running.append(_start(night, waiting.pop(0)))
            time.sleep(POLL_SECONDS)
            for spider in list(_ended(running)):
                crashed = _note_end(night, spider)
                if crashed is not None:
                    running.remove(spider)
                    finished += 1
                    counts["crashed"] += crashed
    finally:
        _cut_off(running)
    night.progress(doing, finished, len(orders))
    return StepReport(counts)


def run_alone(night: Night, order: SpiderOrder) -> None:
    """Runs a spider that is no source's to its end, or to its deadline; no run is recorded."""
    spider = _start(night, order)
    try:
        while not list(_ended([spider])):
            time.sleep(POLL_SECONDS)
    finally:
        _cut_off([spider])


def _start(night: Night, order: SpiderOrder) -> SpiderProcess:
    minutes = min(night.settings.file.spider_timeout_minutes, order.minutes)
    process = start_spider(night.settings, night.id, order.source, *order.arguments)
    logger.info("spider started source=%s pid=%d", order.source, process.pid)
    return SpiderProcess(order.source, process, time.monotonic() + minutes * 60)


def _ended(running: Sequence[SpiderProcess]) -> Iterator[SpiderProcess]:
    for spider in running:
        if spider.process.poll() is None and time.monotonic() > spider.deadline:
            _ask_to_close(spider)
        if spider.process.poll() is not None:
            yield spider


def _ask_to_close(spider: SpiderProcess) -> None:
    if not spider.asked:
        logger.warning("spider overstayed source=%s", spider.source)
        spider.process.terminate()
        spider.asked = True
    elif time.monotonic() > spider.deadline + GRACE_SECONDS:
        logger.error("spider does not close source=%s", spider.source)
        _stop(spider)


def _cut_off(running: Sequence[SpiderProcess]) -> None:
    """Ends spiders in their midst: each keeps what it has, if it does so soon, and its run stays open."""
    patient_until = time.monotonic() + PATIENCE_SECONDS
    left = [spider for spider in running if spider.process.poll() is None]
    for spider in left:
        if spider.process.stdin:
            with suppress(OSError):
                os.write(spider.process.stdin.fileno(), CUT_OFF)
    while time.monotonic() < patient_until and any(spider.process.poll() is None for spider in left):
        time.sleep(POLL_SECONDS)
    for spider in left:
        _stop(spider)


def _stop(spider: SpiderProcess) -> None:
    spider.process.kill()
    spider.process.wait()


def _note_end(night: Night, spider: SpiderProcess) -> int | None:
    """Closes the run of a spider that could not close it itself. Returns 1 for a crash.

    None: the database is away, as one that is restarted, and is asked again at the next look.
    """
    try:
        with reading(night.engine) as connection:
            if spider.source in finished_sources(connection, night.id):
                return 0
        logger.error("spider crashed source=%s status=%s", spider.source, spider.process.returncode)
        _note_failure(night, spider.source, Problem.CRASHED)
    except OperationalError as error:
        return _wait_for_database(night, spider, error)
    return 1


def _wait_for_database(night: Night, spider: SpiderProcess, error: OperationalError) -> int | None:
    now = time.monotonic()
    if spider.unnoted_since is None:
        logger.warning("end not noted yet source=%s: %s", spider.source, reason_of(error))
        spider.unnoted_since = now
    if now - spider.unnoted_since < night.settings.file.database_wait_seconds:
        return None
    # The other spiders go on; the run stays open, and the night that is resumed starts it again.
    logger.error("end not noted source=%s: %s", spider.source, reason_of(error))
    return 1


def _note_failure(night: Night, source: str, problem: Problem) -> None:
    now = datetime.now(UTC)
    with night.engine.begin() as connection:
        begin_run(connection, night_id=night.id, source=source, now=now)
        finish_run(
            connection,
            night_id=night.id,
            source=source,
            now=now,
            outcome=RunOutcome.FAILED,
            counts=count_run(connection, night_id=night.id, source=source),
            problems={problem: 1},
        )
