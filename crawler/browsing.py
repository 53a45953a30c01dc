"""The browser as scrapy-playwright runs it, with bounds: one way out, and a time for each page."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.provider import PlaywrightBrowserProvider

from crawler.browser_gate import BrowserGate
from crawler.downloading import BoundedFactory
from crawler.memory import bound_lifted
from crawler.reaching import Target

OPEN_PAGE = "adwatch_open_page"
"""Key of a request's meta: the browser's page while it is open."""
CLOSING_SECONDS = 10


class GatedBrowser(PlaywrightBrowserProvider):  # type: ignore[misc]
    """Starts browsers that know no other way than a gate (scrapy-playwright's PLAYWRIGHT_BROWSER_PROVIDER)."""

    def __init__(self, config: Any, *, named: Collection[Target]) -> None:
        super().__init__(config)
        self.gate = BrowserGate(named)

    async def start(self) -> None:
        """Opens the gate before there is a browser."""
        # Chromium would go past a proxy to its own machine.
        self.config.launch_options["proxy"] = {"server": await self.gate.open(), "bypass": "<-loopback>"}
        with bound_lifted():
            await super().start()

    async def close(self) -> None:
        """Closes the gate after the browser."""
        await super().close()
        await self.gate.close()


class BoundedBrowser(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """The browser, with the time for a page bounded: a script can keep it from ever answering."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # What is not for the browser (robots.txt) is fetched as elsewhere.
        self._pool._factory = BoundedFactory
        self.seconds = crawler.settings.getfloat("BROWSER_PAGE_SECONDS")

    async def download_request(self, request: Request) -> Response:
        """The finished page. Raises DownloadTimeoutError where it does not get finished."""
        try:
            async with asyncio.timeout(self.seconds):
                response: Response = await super().download_request(request)
                return response
        except TimeoutError as error:
            await _close(request.meta.pop(OPEN_PAGE, None))
            raise DownloadTimeoutError(f"{request.url} was not finished in {self.seconds} seconds") from error


async def note_open_page(page: Page, request: Request) -> None:
    """For `playwright_page_init_callback`: lets the handler close the page when its time is over."""
    request.meta[OPEN_PAGE] = page


async def _close(page: Page | None) -> None:
    with suppress(BrowserError, TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            if page is not None:
                await page.close()
