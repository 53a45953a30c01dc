"""The baseline: what anybody would write in ten minutes. It reads the same pages and keeps nothing but a count."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from crawler.memory import keep_loaded


class BareSpider(scrapy.Spider):
    """Listing, details, JSON-LD, done."""

    name = "bare"
    custom_settings = {  # noqa: RUF012 - Scrapy's own form
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_DELAY": 0,
    }

    def parse(self, response: Response) -> Iterator[Any]:
        """The listing."""
        yield from response.follow_all(css="a.oglas", callback=self.parse_ad)

    def parse_ad(self, response: Response) -> Iterator[Any]:
        """A detail page."""
        yield json.loads(response.css('script[type="application/ld+json"]::text').get() or "{}")


def crawl(url: str, *, is_tuned: bool) -> None:
    """Crawls from that listing; `is_tuned`: once it runs, garbage is looked for as seldom as in our own spiders."""
    process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR"})
    crawler = process.create_crawler(BareSpider)
    if is_tuned:
        crawler.signals.connect(keep_loaded, signal=signals.engine_started)
    process.crawl(crawler, start_urls=[url])
    process.start()


if __name__ == "__main__":
    crawl(sys.argv[1], is_tuned=False)
