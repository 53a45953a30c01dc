"""What came over the wire, as the evidence that is kept of it."""

from __future__ import annotations

from scrapy.http import Headers, Response

from crawler.items import Exchange, FetchedPage
from crawler.politeness import FETCHED_AT


def fetched_page(response: Response) -> FetchedPage:
    """The page as evidence, with how it was asked for."""
    headers, at = _header_lines(response.headers), response.meta[FETCHED_AT]
    return FetchedPage(response.url, at, response.status, headers, response.body, exchange=_exchange(response))


def _exchange(response: Response) -> Exchange | None:
    asked = response.request
    if asked is None:
        return None
    direct = response.ip_address if not asked.meta.get("proxy") else None
    return Exchange(
        method=asked.method,
        sent=_header_lines(asked.headers),
        redirects=tuple(asked.meta.get("redirect_urls", ())),
        ip=str(direct) if direct else None,
        seconds=asked.meta.get("download_latency"),
    )


def _header_lines(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )
