"""The night's side of a shared crawl: it opens the runs, waits until workers have done them, and closes them."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError

from crawler.addresses import url_key
from crawler.belgrade import day_in_belgrade
from crawler.errors import SourceError
from crawler.health import Problem, RunOutcome, outcome_of, problem_stat
from crawler.manifest import SourceManifest
from crawler.night import Night, StepReport
from crawler.run_figures import FIELD_STAT, Counted, measured_of, problems_of
from crawler.shared.evidence import folder_id
from crawler.shared.run import SharedRun, Standing, count_workers
from crawler.shared.server import connect, require_server
from crawler.store.ads import count_run
from crawler.store.engine import reading
from crawler.store.nights import begin_run, finish_run, finished_sources

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 600.0
"""So long the night waits without any worker, without Redis or without the database."""
GRACE_SECONDS = 180
"""A spider asked to close finishes the requests under way."""
TIME_OVER = "closespider_timeout"
NO_WORKER = "no worker"


@dataclass(slots=True)
class Opened:
    """A run that the night waits for."""

    run: SharedRun
    manifest: SourceManifest
    losses: int = 0
    """How often Redis lost it."""


class SharedCrawl:
    """The sources of one night, done by whatever workers there are."""

    def __init__(self, night: Night, redis: Redis, *, patience: float = PATIENCE_SECONDS) -> None:
        self.night = night
        self.redis = redis
        self.patience = patience
        self.alone_since: float | None = None
        """By the monotonic clock: since then no worker is there."""
        self.lost_since: float | None = None
        """By the monotonic clock: since then Redis, or the database, does not answer."""

    def run(self, manifests: Sequence[SourceManifest]) -> StepReport:
        """Opens a run for each source that has not run in this night, and waits for their end."""
        require_server(self.redis)
        with reading(self.night.engine) as connection:
            done = finished_sources(connection, self.night.id)
        open_runs = [self._opened(manifest) for manifest in manifests if manifest.id not in done]
        counts = {"sources": len(manifests), "crashed": 0}
        while open_runs:
            doing = "crawling, no worker is there" if self.alone_since is not None else "crawling"
            self.night.progress(doing, len(manifests) - len(open_runs), len(manifests))
            time.sleep(POLL_SECONDS)
            try:
                self._look_for_workers()
                for opened in [one for one in open_runs if self._has_ended(one)]:
                    counts["crashed"] += self._close(opened)
                    open_runs.remove(opened)
                self.lost_since = None
            except (RedisError, OperationalError) as error:
                self._wait_for_servers(error)
        self.night.progress("crawling", len(manifests), len(manifests))
        return StepReport(counts)

    def _opened(self, manifest: SourceManifest) -> Opened:
        run = SharedRun(self.redis, self.night.id, manifest.id)
        with self.night.engine.begin() as connection:
            begin_run(connection, night_id=self.night.id, source=manifest.id, now=datetime.now(UTC))
        opened = Opened(run, manifest)
        self._put_first_requests(opened)
        return opened

    def _put_first_requests(self, opened: Opened) -> None:
        """Opens the run, unless it is open: a night that is resumed finds its runs half done, or done."""
        urls = opened.manifest.first_addresses(day_in_belgrade(self.night.now))
        requests = {f"parse_listing {url_key(url)}#": (json.dumps(first_request(url)), 0) for url in urls}
        if opened.run.open(evidence=folder_id(self.night.settings.evidence_folder), requests=requests):
            logger.info("run opened source=%s requests=%d", opened.manifest.id, len(requests))

    def _begin_again(self, opened: Opened) -> None:
        """Opens it anew. What was counted is lost, so the run's health says that it broke and was not read as one."""
        self._put_first_requests(opened)
        opened.losses += 1
        opened.run.acknowledge("night", [], {problem_stat(Problem.CRASHED): opened.losses})

    def _look_for_workers(self) -> None:
        if count_workers(self.redis):
            self.alone_since = None
        elif self.alone_since is None:
            logger.warning("no worker is there: start `adwatch worker` on some machine")
            self.alone_since = time.monotonic()

    def _wait_for_servers(self, error: RedisError | OperationalError) -> None:
        lost = "the shared queue" if isinstance(error, RedisError) else "the database"
        if self.lost_since is None:
            logger.error("%s does not answer reason=%s", lost, type(error).__name__)
            self.lost_since = time.monotonic()
        if time.monotonic() - self.lost_since > self.patience:
            raise SourceError(f"{lost} was lost for too long; the night goes on with what came") from None

    def _has_ended(self, opened: Opened) -> bool:
        standing = opened.run.standing()
        if not standing.is_open:
            # Redis lost it: what is stored stays, and the listings are read again.
            logger.warning("run was lost and begins again source=%s", opened.manifest.id)
            self._begin_again(opened)
            return False
        if self.alone_since is not None and time.monotonic() - self.alone_since > self.patience:
            opened.run.close(NO_WORKER)
            return True
        allowed = opened.manifest.limits.max_minutes * 60
        if standing.seconds > allowed + GRACE_SECONDS:
            opened.run.close(TIME_OVER)
            return standing.seconds > allowed + 2 * GRACE_SECONDS or not standing.spiders
        return standing.is_over and not standing.spiders

    def _close(self, opened: Opened) -> int:
        """Writes down how the run went. Returns 1 where no worker did it."""
        run, source, now = opened.run, opened.manifest.id, datetime.now(UTC)
        standing, stats = run.standing(), run.stats()
        if standing.closed == NO_WORKER:
            stats[problem_stat(Problem.CRASHED)] = stats.get(problem_stat(Problem.CRASHED), 0) + 1
        counted = _counted(stats, standing, memory=run.memory())
        fields = {name.removeprefix(FIELD_STAT): count for name, count in stats.items() if name.startswith(FIELD_STAT)}
        with self.night.engine.begin() as connection:
            counts = count_run(connection, night_id=self.night.id, source=source)
            problems = problems_of(counted, opened.manifest, ads=counts["ads"])
            outcome = outcome_of(ads=counts["ads"], problems=problems)
            if standing.closed in ("store_failed", NO_WORKER):
                outcome = RunOutcome.FAILED
            finish_run(
                connection,
                night_id=self.night.id,
                source=source,
                now=now,
                outcome=outcome,
                counts=counts,
                problems=problems,
                measured=measured_of(counted, problems, fields),
            )
        # It has been closed in the store: what Redis cannot forget now it forgets by itself, and workers the name.
        with suppress(RedisError):
            run.delete()
        logger.info("run finished source=%s outcome=%s counts=%s", source, outcome, counts)
        return int(standing.closed == NO_WORKER)


def crawl_together(night: Night, manifests: Sequence[SourceManifest]) -> StepReport:
    """Crawls these sources by the workers that are there. Raises QueueError where Redis does not answer."""
    return SharedCrawl(night, connect()).run(manifests)


def first_request(url: str) -> dict[str, object]:
    """The request for a source's start address, as a spider packs it."""
    given = {"start": url, "number": 1, "known": 0}
    return {"read_by": "parse_listing", "url": url, "headers": {}, "priority": 0, "given": given}


def _counted(stats: dict[str, int], standing: Standing, *, memory: int) -> Counted:
    return Counted(
        stats=stats.get,
        memory=memory,
        timed_out=standing.closed == TIME_OVER,
        unfetched=not standing.is_drained,
    )
