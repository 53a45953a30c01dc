"""A spider for any site whose pages carry JobPosting data: `scrapy crawl jobposting -a start_url=URL`.

Sites that need more than this get a manifest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import ValidationError
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response, TextResponse
from scrapy.linkextractors import LinkExtractor

from crawler.addresses import url_key
from crawler.errors import UsageError
from crawler.health import Problem
from crawler.items import AdPosting
from crawler.manifest import Limits, LinkListing, StructuredSource
from crawler.politeness import is_on_site
from spiders.fetched import fetched_page
from spiders.kinds.sitemap import read_sitemap
from spiders.kinds.source import ON_OWN_MACHINE, SourceSpider
from spiders.links import addresses, joined_address
from spiders.posting import Stated
from spiders.structured import stated_postings
from spiders.walls import refusal_of

NAME = "jobposting"
MAX_DEPTH = 3
"""Clicks from the start page: listing, its later pages, ad."""
LIKELY_AD = re.compile(
    r"oglas|posao|poslov|konkurs|job|vacanc|karijer|career|zaposl|stelle|[?&](?:page|strana|p|pg)=|/(?:page|strana)/",
    re.IGNORECASE,
)
"""Addresses taken first, because the number of pages is limited."""


LINKS = LinkExtractor()
"""All links of a page but those to pictures, documents and archives."""


class JobPostingSpider(SourceSpider):
    """Reads every JobPosting of the start page, or of the pages it leads to on the same site."""

    name = NAME
    manifest: StructuredSource = StructuredSource(
        id=NAME,
        name="JobPosting pages of any site",
        owner="",
        kind="structured",
        start_urls=("http://localhost/",),
        limits=Limits(delay_seconds=1.0, max_minutes=60),
        listing=LinkListing(),
        legal_note="Asked for by a person, page by page; public pages only.",
        checked=date(2026, 11, 24),
    )

    def __init__(self, *args: Any, start_url: str = "", follow: str | None = None, max_pages: str = "100") -> None:
        """`follow` is a CSS selector of the links to follow; without it all links of the site are candidates.

        Raises UsageError where an argument is wrong.
        """
        self.manifest = _manifest_for(start_url, follow, max_pages)
        super().__init__(*args)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's way to make a spider. The operator's own machine needs no sparing."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.allowed_domains[0] in ("127.0.0.1", "localhost", "::1"):
            crawler.settings.set("DOWNLOAD_DELAY", 0.0, priority="spider")
            crawler.settings.set("AUTOTHROTTLE_ENABLED", False, priority="spider")
            crawler.settings.set("CONCURRENT_REQUESTS", ON_OWN_MACHINE, priority="spider")
        return spider

    def ask_listing(self, url: str, *, start: str, number: int = 1, known: int = 0) -> Iterator[Request]:
        """The request for the start page."""
        return self.ask(url, self.parse_page, cb_kwargs={"depth": 0})

    def parse_page(self, response: Response, depth: int) -> Iterator[Any]:
        """The postings of a page, and requests for the pages it leads to."""
        problem = refusal_of(response)
        if problem:
            self.note(Problem.HTTP_4XX if problem is Problem.GONE and depth == 0 else problem, response.url)
            return
        found = stated_postings(response.text, response.url) if isinstance(response, TextResponse) else []
        leads = [] if len(found) == 1 else self._leads(response, depth)
        yield from self._ads(found, leads, response)
        for url in leads:
            yield from self.ask(url, self.parse_page, cb_kwargs={"depth": depth + 1}, priority=-depth)
        if depth == 0 and not found and not leads:
            wall = self.wall_on(response) if isinstance(response, TextResponse) else None
            self.note(wall or Problem.LAYOUT_CHANGED, response.url)

    def _ads(self, found: Sequence[Stated], leads: Sequence[str], response: Response) -> Iterator[AdPosting]:
        """The ads of this page; those with a page of their own, which is asked for next, are read there."""
        if not found:
            return
        if len(found) == 1:
            found = [{**found[0], "url": None}]
        elsewhere = {url_key(url) for url in leads}
        own = [{**stated, "url": self._own_address(stated, response)} for stated in found]
        here = [stated for stated in own if not (stated["url"] and url_key(str(stated["url"])) in elsewhere)]
        for ad in self.ads_from(here, response, fetched_page(response)):
            if ad.url == response.url or self.is_first_meeting(ad.url):
                yield ad

    def _own_address(self, stated: Stated, response: Response) -> str | None:
        url = stated.get("url")
        absolute = joined_address(response, url) if isinstance(url, str) else None
        if absolute is None:
            return None
        same_site = urlsplit(absolute).hostname == urlsplit(response.url).hostname
        return absolute if same_site and url_key(absolute) != url_key(response.url) else None

    def _leads(self, response: Response, depth: int) -> list[str]:
        """Addresses to follow, likely ads first."""
        if depth >= MAX_DEPTH:
            return []
        sitemap = read_sitemap(response)
        if sitemap is not None:
            return [*sitemap.sitemaps, *sitemap.pages]
        if not isinstance(response, HtmlResponse):
            return []
        if self.manifest.listing.links:
            return addresses(response, self.manifest.listing.links)
        links = (link.url.split("#")[0] for link in LINKS.extract_links(response))
        urls = dict.fromkeys(url for url in links if is_on_site(url, self.manifest.allowed_domains))
        return sorted(urls, key=_is_unlikely)


def _is_unlikely(url: str) -> bool:
    parts = urlsplit(url)
    return LIKELY_AD.search(f"{parts.path}?{parts.query}") is None


def _manifest_for(start_url: str, follow: str | None, max_pages: str) -> StructuredSource:
    base = JobPostingSpider.manifest.model_dump()
    limits = {**base["limits"], "max_pages": max_pages}
    changes = {"start_urls": [start_url], "allowed_domains": [], "limits": limits, "listing": {"links": follow}}
    try:
        return StructuredSource.model_validate({**base, **changes})
    except ValidationError as error:
        first = error.errors()[0]
        where = first["loc"][0] if first["loc"] else "start_url"
        raise UsageError(f"{where}: {first['msg']}; try -a start_url=https://… -a max_pages=50") from error
