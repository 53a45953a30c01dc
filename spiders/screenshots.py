"""The spider that pictures the pages of flagged ads. What becomes of the pictures: `keeping_screenshots`.

A page is shown as it comes: nothing is clicked away, no wall is passed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy_playwright.page import PageMethod
from twisted.python.failure import Failure

from crawler.browsing import note_open_page
from crawler.config import Settings
from crawler.health import Problem
from crawler.keeping_screenshots import MINUTES, SPIDER, AskedScreenshot, read_wanted
from crawler.pictures import LARGEST_BYTES
from crawler.politeness import NAMED_HOSTS, BrowserGuard
from crawler.store.screenshots import WantedScreenshot
from spiders.fetched import fetched_page
from spiders.kinds.rendered import browser_settings
from spiders.visiting import VisitingSpider, named_hosts
from spiders.walls import problem_of_visit, refusal_of, wall_of

WIDTH = 1280
HEIGHTS = (12_000, 4_000, 1_200)
"""Pixels from the top that are shown; fewer where the picture would have too many bytes."""
QUIET_MS = 5_000
"""How long a page may go on loading."""


class PageGuard:
    """Playwright's `abort_request`: each page may reach inside the network what its own source names, and no more."""

    def __init__(self) -> None:
        self.guards: WeakKeyDictionary[Page, BrowserGuard] = WeakKeyDictionary()
        self.strict = BrowserGuard(())

    async def watch(self, page: Page, request: Request) -> None:
        """Learns what a page that is about to be opened may reach."""
        await note_open_page(page, request)
        self.guards[page] = BrowserGuard(request.meta[NAMED_HOSTS])

    async def __call__(self, request: Any) -> bool:
        """True where the browser must not send this request."""
        try:
            guard = self.guards.get(request.frame.page, self.strict)
        except BrowserError:
            # Of no page: a worker's.
            guard = self.strict
        return await guard(request)


class ScreenshotsSpider(VisitingSpider):
    """Opens the pages that are wanted in Chromium; robots.txt and the address guard hold as for reading."""

    name = SPIDER
    asked_type = AskedScreenshot
    guard = PageGuard()

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Adds the browser."""
        super().update_settings(settings)
        settings.setdict(
            {
                **browser_settings(
                    settings, named=named_hosts(), guard=cls.guard, viewport={"width": WIDTH, "height": 900}
                ),
                "ITEM_PIPELINES": {"crawler.keeping_screenshots.ScreenshotPipeline": 900},
                "CLOSESPIDER_TIMEOUT": (MINUTES - 1) * 60,
            },
            priority="spider",
        )

    async def start(self) -> AsyncIterator[Any]:
        """One request for each page that is wanted, one after another of each source."""
        for request in self.each_in_turn(map(self._request, read_wanted(Settings.from_environment()))):
            yield request

    def _request(self, wanted: WantedScreenshot) -> Request:
        return Request(
            wanted.url,
            callback=self.parse_visit,
            errback=self.note_failure,
            cb_kwargs={"wanted": wanted},
            meta={
                **self.meta_for(wanted.source),
                "playwright": True,
                "playwright_page_init_callback": self.guard.watch,
                "playwright_page_methods": [PageMethod(picture_of)],
                "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded"},
            },
            dont_filter=True,
        )

    def read(self, response: Response, wanted: WantedScreenshot) -> tuple[AskedScreenshot, Problem | None]:
        """The page with its picture, and the wall that it shows, or why there is none."""
        picture: bytes | None = response.meta["playwright_page_methods"][0].result
        problem = refusal_of(response) or (Problem.OVER_LIMIT if picture is None else wall_of(response))
        # A consent form stands over the ad or beside it; behind any other wall there is nothing to be seen.
        if problem is None or problem is Problem.CONSENT_WALL:
            page = replace(fetched_page(response), method="browser", screenshot=picture)
            return AskedScreenshot(wanted, page, problem.value if problem else None), None
        return AskedScreenshot(wanted, problem=problem.value), problem

    def note_failure(self, failure: Failure) -> Iterator[AskedScreenshot | Request]:
        """What became of a request without an answer."""
        wanted: WantedScreenshot = failure.request.cb_kwargs["wanted"]  # type: ignore[attr-defined]
        problem = problem_of_visit(failure)
        yield AskedScreenshot(wanted, problem=problem.value)
        yield from self.go_on(wanted, problem)


async def picture_of(page: Page) -> bytes | None:
    """The page from its top as PNG, once it has loaded; None where even a short picture has too many bytes."""
    # One that never falls silent is shown as it is by then.
    with suppress(BrowserError):
        await page.wait_for_load_state("networkidle", timeout=QUIET_MS)
    length: int = await page.evaluate("() => Math.max(document.documentElement.scrollHeight, innerHeight)")
    for height in HEIGHTS:
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": min(height, length)}
        picture = await page.screenshot(full_page=True, type="png", clip=clip)  # type: ignore[arg-type]
        if len(picture) <= LARGEST_BYTES:
            return picture
    return None
