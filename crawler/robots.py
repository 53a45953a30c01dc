"""robots.txt, kept as RFC 9309 says: what it disallows is not asked for, and where it cannot be read nothing is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser

MOST_BYTES = 500 * 1024
"""As much of a file must be read (RFC 9309, 2.5); what stands behind does not count."""
SOONEST = 1000
"""Priority of the request; everything else to the host waits for it."""
OURS = "adwatch_robots"
"""Key of the meta of requests for robots.txt."""
TOO_MANY_REQUESTS = 429
"""The one status of its hundred that does not mean that there is no such file."""
LONGEST_DELAY = 3600.0


class DisallowedError(IgnoreRequest):
    """The host's robots.txt disallows the address."""


class RobotsUnreadableError(IgnoreRequest):
    """The host answers, and its robots.txt cannot be read, which disallows all (RFC 9309, 2.3.1.4)."""

    def __init__(self, host: str, reason: str, *, status: int | None = None) -> None:
        """`status` is of the answer, where there was one."""
        super().__init__(f"robots.txt of {host} cannot be read: {reason}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Answered:
    """What a host said when it was asked for its robots.txt."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host allows us."""

    parser: ProtegoRobotParser | None = None
    """None where it has no robots.txt: all is allowed."""
    delay: float = 0.0
    """Seconds it wants between two requests; its own word beside the standard (`Crawl-delay`)."""


class RobotsRules:
    """Downloader middleware that asks each host for its robots.txt once, before anything else.

    Scrapy's own lets all pass where the file cannot be fetched, and of several first requests to a host that wait
    for it tells only one what it says (2.19, tried November 2026).
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.agent = str(crawler.settings["USER_AGENT"]).split("/", maxsplit=1)[0]
        """The product alone is what the file's groups name (RFC 9309, 2.2.1)."""
        self.answers: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a middleware."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises DisallowedError or RobotsUnreadableError where the request must not be sent.

        Where the host itself cannot be reached the request fails as that for robots.txt did.
        """
        if request.meta.get(OURS):
            return
        place = urlsplit(request.url)
        host = f"{place.scheme}://{place.netloc}"
        if host not in self.answers:
            self.answers[host] = asyncio.ensure_future(self._ask(host))
        # Shielded: a request that is given up must not take the answer from the others.
        rules = await asyncio.shield(self.answers[host])
        if rules.parser is not None and not rules.parser.allowed(request.url, self.agent):
            raise DisallowedError(f"robots.txt disallows {request.url}")
        self._keep_pace(request, rules.delay)

    async def _ask(self, host: str) -> Rules:
        """What the host allows. Raises RobotsUnreadableError, or the failure of the connection."""
        answer = await self.ask(host)
        if 200 <= answer.status < 300:
            parser = ProtegoRobotParser(answer.body, self.crawler.spider)
            return Rules(parser, parser.crawl_delay(self.agent) or 0.0)
        if 400 <= answer.status < 500 and answer.status != TOO_MANY_REQUESTS:
            return Rules()
        raise RobotsUnreadableError(host, f"status {answer.status}", status=answer.status)

    async def ask(self, host: str) -> Answered:
        """The host's own word. Raises RobotsUnreadableError, or the failure of the connection."""
        engine = self.crawler.engine
        assert engine is not None  # noqa: S101 - it runs, or nobody would ask
        asked = Request(f"{host}/robots.txt", priority=SOONEST, meta={OURS: True}, callback=NO_CALLBACK)
        try:
            response = await engine.download_async(asked)
        except IgnoreRequest as error:  # sent elsewhere, or in circles
            raise RobotsUnreadableError(host, str(error)) from error
        return Answered(response.status, response.body[:MOST_BYTES])

    def _keep_pace(self, request: Request, delay: float) -> None:
        engine = self.crawler.engine
        slot = engine.downloader.slots.get(engine.downloader.get_slot_key(request)) if engine else None
        if slot is not None and delay > slot.delay:
            slot.delay = min(delay, LONGEST_DELAY)
        if delay:
            # Autothrottle would find its own way back below it.
            request.meta["autothrottle_dont_adjust_delay"] = True
