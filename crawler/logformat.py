"""How Scrapy's own messages read in our logs: one event a line, and no ad's contents above DEBUG."""

from __future__ import annotations

import logging
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class OneLine(LogFormatter):
    """Scrapy's LogFormatter without the items in its messages, silent where nobody would read what it says.

    Python's logging makes a record of every message, however low its level; Scrapy's root logger takes all.
    """

    def __init__(self, *, level: int = logging.DEBUG) -> None:
        self.is_debugging = level <= logging.DEBUG

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a formatter."""
        return cls(level=logging.getLevelName(crawler.settings["LOG_LEVEL"]))

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]
        """A page was fetched."""
        return super().crawled(request, response, spider) if self.is_debugging else None

    def scraped(  # type: ignore[override]
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult | None:
        """An ad was read."""
        return _event(logging.DEBUG, "ad read", item, spider) if self.is_debugging else None

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """An ad was refused by a pipeline."""
        return _event(logging.WARNING, f"ad refused ({exception})", item, spider)

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """A pipeline failed on an ad."""
        return _event(logging.ERROR, f"ad failed ({type(exception).__name__})", item, spider)


def _event(level: int, event: str, item: Any, spider: Spider) -> LogFormatterResult:
    args = {"event": event, "source": spider.name, "url": getattr(item, "url", None)}
    return {"level": level, "msg": "%(event)s source=%(source)s url=%(url)s", "args": args}
