"""Sites are spared by all workers together: a clock for each host, and one look at each robots.txt."""

from __future__ import annotations

import asyncio
import json

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.core.downloader.handlers import DownloadHandlers
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.reaching import host_and_port
from crawler.robots import Answered, RobotsRules
from crawler.shared.member import Member, ending_without_redis, member_of
from crawler.shared.run import Clock

POLL_SECONDS = 0.2
LONGEST_WAIT = 1.0


class RunClosedError(IgnoreRequest):
    """The run ended while the request waited for its turn."""


class PacedHandlers(DownloadHandlers):
    """Scrapy's handlers, each request at the host's next turn: the last moment before it is sent."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.crawler = crawler

    async def download_request_async(self, request: Request) -> Response:
        """The answer. Raises RunClosedError where the run has ended meanwhile."""
        delay = self._delay(request)
        if not delay:
            return await super().download_request_async(request)
        clock, member = self._clock(request), self._member
        while waits := self._take(clock, delay):
            await asyncio.sleep(min(waits, LONGEST_WAIT))
        try:
            return await super().download_request_async(request)
        finally:
            with ending_without_redis():
                clock.give(member.holder)

    def _take(self, clock: Clock, delay: float) -> float:
        member = self._member
        with ending_without_redis():
            if member.run.standing().closed:
                raise RunClosedError("the run has ended")
            return clock.take(member.holder, delay=delay, at_most=max(delay, member.lease_seconds))

    @property
    def _member(self) -> Member:
        assert self.crawler.spider is not None  # noqa: S101 - it runs, or nothing would be fetched
        return member_of(self.crawler.spider.name)

    def _clock(self, request: Request) -> Clock:
        host, port = host_and_port(request.url)
        return Clock(self._member.run.redis, f"{host}:{port}")

    def _delay(self, request: Request) -> float:
        engine = self.crawler.engine
        assert engine is not None  # noqa: S101 - it runs, or nothing would be fetched
        slot = engine.downloader.slots.get(engine.downloader.get_slot_key(request))
        return slot.delay if slot is not None else 0.0


class PacedDownloader(Downloader):
    """Scrapy's downloader with these handlers."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.handlers = PacedHandlers(crawler)


class SharedRobots(RobotsRules):
    """Asks each host for its robots.txt once in a run: one process asks, the others wait for its word."""

    async def ask(self, host: str) -> Answered:
        """What the host answered, to this process or another one."""
        assert self.crawler.spider is not None  # noqa: S101 - it runs, or nothing would be asked
        member = member_of(self.crawler.spider.name)
        while True:
            with ending_without_redis():
                known = member.run.get("robots", host)
                is_mine = not known and member.run.claim(f"robots {host}", member.holder, seconds=member.lease_seconds)
            if known:
                status, body = json.loads(known)
                return Answered(status, body.encode("latin-1"))
            if is_mine:
                return await self._ask_for_all(host, member)
            await asyncio.sleep(POLL_SECONDS)

    async def _ask_for_all(self, host: str, member: Member) -> Answered:
        try:
            answer = await super().ask(host)
            with ending_without_redis():
                member.run.put("robots", {host: json.dumps([answer.status, answer.body.decode("latin-1")])})
        finally:
            with ending_without_redis():
                member.run.release(f"robots {host}")
        return answer
