"""Pages that only a browser can show: public walls and sites without server-side HTML."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from parsel import Selector
from playwright.async_api import Error as BrowserError
from playwright.async_api import FloatRect, Page
from playwright.async_api import TimeoutError as BrowserTimeout
from scrapy.http import Response, TextResponse
from scrapy.settings import BaseSettings
from scrapy_playwright.page import PageMethod
from w3lib.url import url_query_cleaner

from crawler.browser import launch_options
from crawler.browsing import GatedBrowser, note_open_page
from crawler.downloading import PageTooLongError
from crawler.items import AdPosting, FetchedPage
from crawler.manifest import RenderedSource, Rendering
from crawler.reaching import Target, host_and_port
from spiders.kinds.listing import Listing
from spiders.kinds.selectors import stated_by
from spiders.kinds.source import SourceSpider
from spiders.posting import Listed, Stated

HANDLER = "crawler.browsing.BoundedBrowser"
GROWN = "before => document.documentElement.scrollHeight > before"
# A link's own way elsewhere is stopped: only what the page's scripts do is wanted.
EXPAND = """selector => document.querySelectorAll(selector).forEach(element => {
  element.closest("a")?.addEventListener("click", event => event.preventDefault(), {once: true});
  element.click();
})"""
EXPANDED = "selector => [...document.querySelectorAll(selector)].every(element => !element.checkVisibility())"
SCROLL = "() => { const before = document.documentElement.scrollHeight; window.scrollTo(0, before); return before; }"
LENGTH = "() => document.documentElement.outerHTML.length"
LONGEST_DOCUMENT = 10_000_000
EXTENT = "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
LONGEST_PICTURE = 20_000
"""Pixels of height; what is below is in the document."""
PAUSE_MS = 2_500
"""How long a page may take to load more after a scroll, or to show the rest of a post."""


class RenderedSpider(SourceSpider):
    """Opens pages in Chromium, scrolls and expands, and reads the items of the finished document."""

    manifest: RenderedSource
    has_picture_posts = True

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Adds the browser; no other kind starts one."""
        super().update_settings(settings)
        named = [host_and_port(url) for url in cls.manifest.start_urls]
        unchecked = {"ignore_https_errors": True} if cls.manifest.unchecked_certificate else {}
        settings.setdict(browser_settings(settings, named=named, **unchecked), priority="spider")

    def request_options(self) -> Mapping[str, Any]:
        """Asks for the browser, and for what it does before the page is read."""
        method = PageMethod(unfold, self.manifest.rendering)
        goto = {"wait_until": "domcontentloaded"}
        options = {"page_methods": [method], "page_goto_kwargs": goto, "page_init_callback": note_open_page}
        return {"meta": {"playwright": True, **{f"playwright_{name}": value for name, value in options.items()}}}

    def read_listing(self, response: TextResponse) -> Listing:
        """The items of the document."""
        document = Selector(text=response.text)
        for unread in (*self.manifest.rendering.expanders, *self.manifest.unread):
            document.css(unread).drop()
        found = [stated_by(item, self.manifest.fields) for item in document.css(self.manifest.item)]
        return Listing(ads=[self._with_plain_address(stated) for stated in found if stated])

    def _with_plain_address(self, stated: Stated) -> Stated:
        url, dropped = stated.get("url"), self.manifest.drop_parameters
        if not (isinstance(url, str) and dropped):
            return stated
        return {**stated, "url": url_query_cleaner(url, dropped, remove=True, unique=False)}

    def ads_from(
        self,
        found: Sequence[Stated],
        response: Response,
        page: FetchedPage,
        *,
        listed: Listed | None = None,
        link: str | None = None,
    ) -> list[AdPosting]:
        """The items, on the document as the browser had it."""
        return super().ads_from(found, response, document_of(response, page), listed=listed, link=link)


def browser_settings(
    settings: BaseSettings, *, named: Collection[Target], guard: Any = None, **context: Any
) -> dict[str, Any]:
    """Scrapy's settings for pages in Chromium, which may reach `named` hosts inside the network.

    `guard` stops further requests, `context` describes the browser's window.
    """
    usual = {"user_agent": settings["USER_AGENT"], "service_workers": "block", "accept_downloads": False}
    return {
        "DOWNLOAD_HANDLERS": {**settings.getdict("DOWNLOAD_HANDLERS"), "http": HANDLER, "https": HANDLER},
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch_options(one_way=True),
        "PLAYWRIGHT_BROWSER_PROVIDER": partial(GatedBrowser, named=named),
        "PLAYWRIGHT_CONTEXTS": {"default": {**usual, **context}},
        "PLAYWRIGHT_ABORT_REQUEST": guard,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": 30_000,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
    }


@dataclass(frozen=True, slots=True)
class Unfolded:
    """What was kept while the page was open."""

    screenshot: bytes | None


def document_of(response: Response, page: FetchedPage) -> FetchedPage:
    """The page as the browser showed it."""
    methods = response.meta.get("playwright_page_methods") or [None]
    unfolded: Unfolded | None = getattr(methods[0], "result", None)
    text = response.text if isinstance(response, TextResponse) else ""
    return replace(page, body=text.encode(), method="browser", screenshot=unfolded.screenshot if unfolded else None)


async def unfold(page: Page, rendering: Rendering) -> Unfolded:
    """Waits for the content, scrolls, expands and takes the picture; a page that never gets ready is taken as it is.

    Raises PageTooLongError where a script wrote more than is read of any page.
    """
    if await _appears(page, rendering):
        for _ in range(rendering.scrolls):
            if not await _scroll(page):
                break
        for expander in rendering.expanders:
            await _expand(page, expander)
    if await page.evaluate(LENGTH) > LONGEST_DOCUMENT:
        raise PageTooLongError(f"{page.url} grew beyond {LONGEST_DOCUMENT} characters")
    return Unfolded(await _screenshot(page))


async def _appears(page: Page, rendering: Rendering) -> bool:
    try:
        await page.wait_for_selector(rendering.wait, timeout=rendering.wait_seconds * 1000)
    except BrowserTimeout:
        return False
    return True


async def _scroll(page: Page) -> bool:
    """False at the end of the wall: nothing more was loaded."""
    before = await page.evaluate(SCROLL)
    try:
        await page.wait_for_function(GROWN, arg=before, timeout=PAUSE_MS)
    except BrowserTimeout:
        return False
    return True


async def _expand(page: Page, expander: str) -> None:
    try:
        await page.evaluate(EXPAND, expander)
        await page.wait_for_function(EXPANDED, arg=expander, timeout=PAUSE_MS)
    except BrowserError:
        # Some become "show less" and stay; a script that leads elsewhere is read there, and found to be no wall.
        return


async def _screenshot(page: Page) -> bytes | None:
    try:
        width, height = await page.evaluate(EXTENT)
        clip: FloatRect = {"x": 0, "y": 0, "width": max(width, 1), "height": min(max(height, 1), LONGEST_PICTURE)}
        return await page.screenshot(full_page=True, type="png", clip=clip)
    except BrowserError:
        return None
