"""Pages in the encoding they are really in, where what they declare cannot be true. The bytes stay as they came."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse, XmlResponse

CENTRAL_EUROPEAN = "windows-1250"
"""What older pages in Serbian Latin are in, whatever they say."""
LOOKED_AT = 4096
"""Bytes in which text of two bytes a letter shows."""


class TrueCharset:
    """Downloader middleware that corrects the encoding of pages; XML declares its own, and its readers know."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a middleware."""
        return cls()

    def process_response(self, request: Request, response: Response) -> Response:
        """The page, to be decoded as its bytes say."""
        if not isinstance(response, TextResponse) or isinstance(response, XmlResponse):
            return response
        true = encoding_of(response.body, declared=response.encoding)
        return response if true == response.encoding else response.replace(encoding=true)


def encoding_of(body: bytes, *, declared: str) -> str:
    """The declared encoding unless the bytes speak against it."""
    wide = _wide(body[:LOOKED_AT])
    if wide:
        return wide
    if body.isascii():
        return declared
    if _is_utf8(body):
        # Text of another encoding is never by chance UTF-8 throughout.
        return "utf-8"
    stray, letters = _read_as_utf8(body)
    return CENTRAL_EUROPEAN if declared == "utf-8" and stray > letters else declared


def _wide(beginning: bytes) -> str | None:
    """UTF-16 without a mark: markup has a zero beside almost each of its letters."""
    half = len(beginning) // 2
    if half and beginning[1::2].count(0) > 0.8 * half:
        return "utf-16-le"
    return "utf-16-be" if half and beginning[::2].count(0) > 0.8 * half else None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_as_utf8(body: bytes) -> tuple[int, int]:
    """How many bytes are none of UTF-8, and how many of its letters beyond ASCII there are."""
    text = body.decode("utf-8", "replace")
    stray = text.count("\ufffd")
    return stray, len(text) - len(text.encode("ascii", "ignore")) - stray
