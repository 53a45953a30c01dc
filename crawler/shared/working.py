"""A spider's process in a run that workers share: what its pages bring is stored, and only then acknowledged."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from sqlalchemy import Connection

from crawler.batch import Batch
from crawler.collecting import ALWAYS_THERE, PageKey, StorePipeline
from crawler.items import FetchedPage
from crawler.run_figures import FIELD_STAT, READ_STAT
from crawler.shared.member import ending_without_redis, member_of
from crawler.shared.work import LEASE, Work
from crawler.store.ads import SeenAd
from crawler.store.captures import same_fetches

logger = logging.getLogger(__name__)

FAILED_EXIT = 70
LOOK_SECONDS = 1.0
"""So often what came is kept, and the run is looked at: others may have ended it, or returned a request."""


def shared_settings(settings: BaseSettings, source: str, *, minutes: int) -> dict[str, Any] | None:
    """What a spider of a shared run changes in Scrapy's settings; None where there is no such run (any more)."""
    member = member_of(source)
    with ending_without_redis():
        seconds = member.run.join(member.holder, lease_seconds=member.lease_seconds)
    if seconds is None:
        return None
    robots = settings.getdict("DOWNLOADER_MIDDLEWARES").get("crawler.robots.RobotsRules")
    return {
        "SCHEDULER": "crawler.shared.scheduling.SharedScheduler",
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "DOWNLOADER": "crawler.shared.pacing.PacedDownloader",
        "DOWNLOADER_MIDDLEWARES": {
            **settings.getdict("DOWNLOADER_MIDDLEWARES"),
            "crawler.robots.RobotsRules": None,
            "crawler.shared.pacing.SharedRobots": robots,
        },
        "SPIDER_MIDDLEWARES": {**settings.getdict("SPIDER_MIDDLEWARES"), "crawler.shared.working.ReadAsOne": 1000},
        "ITEM_PIPELINES": {"crawler.shared.working.SharedStorePipeline": 900},
        "CLOSESPIDER_TIMEOUT": max(1.0, minutes * 60 - seconds),
    }


class ReadAsOne:
    """Spider middleware, the nearest to the spider: a page is read to its end, in its own name, before another is."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a middleware."""
        return cls(crawler)

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """The same, items and requests."""
        assert self.crawler.spider is not None  # noqa: S101 - it has just read a page
        member = member_of(self.crawler.spider.name)
        work, failure = member.under_way[response.meta[LEASE]], None
        found: list[Any] = []
        try:
            with member.reading(work, self.crawler.stats):
                # Our spiders read a page without awaiting anything: nothing else is read meanwhile.
                async for one in result:
                    found.append(one)  # noqa: PERF401 - what came before a failure is kept too
        except Exception as error:  # noqa: BLE001 - raised again, behind what came before it
            failure = error
        requests, items = _sorted_out(found)
        # Requests first: once the last item is stored the page counts as done.
        for request in requests:
            yield request
        member.bring(work, items)
        for item in items:
            yield item
        if failure is not None:
            raise failure


class SharedStorePipeline(StorePipeline):
    """Keeps what comes every second, then acknowledges it; the night closes the run."""

    def open_spider(self) -> None:
        """Opens the store; the run is begun already."""
        super().open_spider()
        self.member = member_of(self.source)
        self.member.finish = self._note_done
        self.crawler.signals.connect(self.stay, signal=signals.spider_idle)
        self.tasks = [asyncio.ensure_future(_or_end(self._hold())), asyncio.ensure_future(_or_end(self._look()))]

    async def process_item(self, item: Any) -> Any:
        """Takes the item into the batch."""
        try:
            return await super().process_item(item)
        finally:
            self.member.settle(item)

    async def close_spider(self) -> None:
        """Keeps the rest."""
        await super().close_spider()
        for task in self.tasks:
            task.cancel()

    def stay(self, spider: Spider) -> None:
        """Raises DontCloseSpider while there may be something to do."""
        with ending_without_redis():
            if not self.member.run.standing().is_over:
                raise DontCloseSpider

    def _note_done(self, work: Work) -> None:
        self.batch.done.append(work)

    def _keep(self, batch: Batch) -> None:
        super()._keep(batch)
        self.member.acknowledge(batch.done, self.crawler.stats)

    def _kept_elsewhere(self, connection: Connection, pages: Sequence[FetchedPage]) -> dict[PageKey, int]:
        return same_fetches(connection, pages)

    def _count_read(self, seen: Sequence[SeenAd]) -> None:
        self._count(READ_STAT, len(seen))
        for ad in seen:
            for name in ad.posting:
                if name not in ALWAYS_THERE:
                    self._count(f"{FIELD_STAT}{name}")

    def _finish(self) -> None:
        """The night does, when all have left."""

    async def _hold(self) -> None:
        while True:
            self.member.renew()
            await asyncio.sleep(self.member.lease_seconds / 3)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.flush()
            with ending_without_redis():
                standing = self.member.run.standing()
            engine = self.crawler.engine
            if engine is None:
                continue
            if standing.is_over:
                reason = "left" if standing.closed else "finished"
                asyncio.ensure_future(engine.close_spider_async(reason=reason))  # noqa: RUF006 - the engine holds it
                return
            if engine._slot is not None:
                # Scrapy itself looks for what others put into the queue every five seconds.
                engine._slot.nextcall.schedule()


async def _or_end(task: Awaitable[None]) -> None:
    """Ends the process where the task fails: without it requests would be held that nobody does."""
    try:
        await task
    except Exception:
        logger.exception("a task of the shared run failed")
        logging.shutdown()
        os._exit(FAILED_EXIT)


def _sorted_out(found: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    requests = [one for one in found if isinstance(one, Request)]
    return requests, [one for one in found if not isinstance(one, Request)]
