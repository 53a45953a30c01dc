"""Scrapy's download handler with a bound that it lacks, on the head of an answer. The browser's is in `browsing`."""

from __future__ import annotations

import re
from typing import Any, Self

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse
from twisted.web._newclient import HEADER, STATUS

LONGEST_HEAD = 256 * 1024
"""Bytes of status line and headers; browsers give up there too. A server may otherwise send headers without end."""
LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{5000,}")
QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
MOST_ATTRIBUTES = 1000


class HeadTooLongError(Exception):
    """The answer's headers did not end in time."""


class PageTooLongError(Exception):
    """A document, unpacked or with its scripts run, is longer than what is read of any."""


class BoundedMarkup:
    """Downloader middleware that gives up pages with an element of so many attributes that parsing takes for ever.

    libxml2 compares each with all others: 50,000 take ten seconds and more, a page may hold a million.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a middleware."""
        return cls()

    def process_response(self, request: Request, response: Response) -> Response:
        """The page. Raises PageTooLongError where it must not be parsed."""
        if isinstance(response, TextResponse):
            for tag in LONG_TAG.finditer(response.body):
                if len(QUOTED.sub(b"", tag.group()).split()) > MOST_ATTRIBUTES:
                    raise PageTooLongError(f"{response.url} has an element of more than {MOST_ATTRIBUTES} attributes")
        return response


class _BoundedParser(_LenientHTTPClientParser):
    head_bytes = 0  # on the class: Scrapy changes the class of a parser that is there already

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self.state in (STATUS, HEADER):
            self.head_bytes += len(data)
            if self.head_bytes > LONGEST_HEAD:
                raise HeadTooLongError(f"headers of more than {LONGEST_HEAD} bytes")
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Any:
        answer = super().request(request)
        self._parser.__class__ = _BoundedParser
        return answer


class BoundedFactory(_LenientHTTP11ClientFactory):
    """Makes connections that give up on headers without end."""

    def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: N802 - Twisted's name
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class BoundedDownloads(HTTP11DownloadHandler):
    """Scrapy's handler, with heads bounded."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = BoundedFactory
