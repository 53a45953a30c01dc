"""Addresses: those that a page's links lead to, made absolute, and those of a listing's further pages."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from parsel import Selector
from scrapy.http import Response, TextResponse
from w3lib.url import add_or_replace_parameter

from crawler.manifest import Paging

LOCAL_SCHEMES = frozenset({"file"})
"""No host, and still an attempt to reach something; the guard refuses and counts it."""

MOST_LINKS = 20_000
"""On one page; a manifest may not allow more pages a night."""


def addresses(response: TextResponse, selector: str, *, within: Selector | None = None) -> list[str]:
    """Absolute addresses of the links a selector finds: `::attr(…)`, or `href` of the element or of a link in it."""
    elements = (within or response).css(selector)
    if "::attr(" in selector:
        found = elements.getall()
    else:
        found = elements[:MOST_LINKS].xpath("(self::*[@href]|.//a[@href])[1]/@href").getall()
    absolute = (absolute_address(response, href) for href in found)
    return list(dict.fromkeys(url for url in absolute if url))


def absolute_address(response: TextResponse, href: str) -> str | None:
    """Where a link of the page leads, without fragment; None where it leads to no page."""
    joined = joined_address(response, href.strip())
    return joined.split("#")[0] if joined is not None else None


def joined_address(response: Response, href: str) -> str | None:
    """The same with its fragment, and with the spaces around it."""
    try:
        joined = response.urljoin(href)
    except ValueError:
        return None
    return joined if is_address(joined) else None


def is_address(url: str) -> bool:
    """It leads to a page, or pretends to (`file:`); `mailto:`, `javascript:` and their like lead to none."""
    try:
        parts = urlsplit(url)
        # What can neither be asked for nor compared with other addresses.
        _ = parts.port, url.encode()
    except ValueError:
        return False
    return parts.scheme in LOCAL_SCHEMES or bool(parts.scheme and parts.hostname)


def numbered_address(paging: Paging, start: str, number: int) -> str:
    """The page of that number, counted from 1, of the listing that begins at `start`."""
    value = str(paging.first + (number - 1) * paging.step)
    if paging.parameter is not None:
        return add_or_replace_parameter(start, paging.parameter, value)
    return urljoin(start, (paging.url or "").replace("{page}", value))
