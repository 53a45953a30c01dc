"""Sitemaps, plain or compressed, as lists of addresses, newest first where they are dated."""

from __future__ import annotations

from dataclasses import dataclass
from gzip import BadGzipFile

from scrapy.http import Response
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap

MAX_BYTES = 50 * 1024 * 1024
"""What the protocol allows an unpacked sitemap."""


@dataclass(frozen=True, slots=True)
class SitemapRead:
    """What a sitemap names."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


def read_sitemap(response: Response) -> SitemapRead | None:
    """The addresses of a sitemap or of a sitemap index, None where the answer is neither."""
    body = _unpacked(response)
    head = body[:2000].lstrip()
    if not (b"<urlset" in head or b"<sitemapindex" in head):
        return None
    sitemap = Sitemap(body)
    entries = sorted(sitemap, key=lambda entry: str(entry.get("lastmod") or ""), reverse=True)
    urls = tuple(response.urljoin(str(entry["loc"])) for entry in entries if entry.get("loc"))
    return SitemapRead((), urls) if sitemap.type == "sitemapindex" else SitemapRead(urls, ())


def _unpacked(response: Response) -> bytes:
    if not gzip_magic_number(response):
        return response.body
    try:
        return gunzip(response.body, max_size=MAX_BYTES)
    except (BadGzipFile, EOFError, ValueError):
        return b""
