"""Sitemaps, plain or compressed, as lists of addresses, newest first where they are dated."""

from __future__ import annotations

from dataclasses import dataclass
from gzip import BadGzipFile

from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap

from crawler.downloading import PageTooLongError
from spiders.links import joined_address

MAX_BYTES = 20 * 1024 * 1024
"""Of an unpacked sitemap. The protocol allows 50 MB; its 50,000 addresses fill some 8."""


@dataclass(frozen=True, slots=True)
class SitemapRead:
    """What a sitemap names."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


def read_sitemap(response: Response) -> SitemapRead | None:
    """The addresses of a sitemap or of a sitemap index, None where the answer is neither.

    Raises PageTooLongError where it unpacks to more than is read.
    """
    body = _unpacked(response)
    head = body[:2000].lstrip()
    if not (b"<urlset" in head or b"<sitemapindex" in head):
        return None
    sitemap = Sitemap(body)
    entries = sorted(sitemap, key=lambda entry: str(entry.get("lastmod") or ""), reverse=True)
    found = (joined_address(response, str(entry["loc"])) for entry in entries if entry.get("loc"))
    urls = tuple(url for url in found if url)
    return SitemapRead((), urls) if sitemap.type == "sitemapindex" else SitemapRead(urls, ())


def _unpacked(response: Response) -> bytes:
    if not gzip_magic_number(response):
        return response.body
    try:
        return gunzip(response.body, max_size=MAX_BYTES)
    except (BadGzipFile, EOFError):
        return b""
    except ValueError as error:
        raise PageTooLongError(f"{response.url} unpacks to more than {MAX_BYTES} bytes") from error
