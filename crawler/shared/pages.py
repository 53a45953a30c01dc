"""A fetched page as text, for the queue: a listing's page travels to the worker that reads the ads it led to."""

from __future__ import annotations

import json
import zlib
from base64 import b85decode, b85encode
from datetime import datetime

from crawler.items import Exchange, FetchedPage


def pack_page(page: FetchedPage) -> str:
    """The whole page, its bytes packed."""
    asked = page.exchange
    return json.dumps(
        {
            "url": page.url,
            "fetched_at": page.fetched_at.isoformat(),
            "status": page.status,
            "headers": page.headers,
            "body": _packed(page.body),
            "method": page.method,
            "screenshot": _packed(page.screenshot) if page.screenshot else None,
            "exchange": [asked.method, asked.sent, asked.redirects, asked.ip, asked.seconds] if asked else None,
        }
    )


def unpack_page(packed: str) -> FetchedPage:
    """The page that `pack_page` packed, with the same digest."""
    said = json.loads(packed)
    return FetchedPage(
        said["url"],
        datetime.fromisoformat(said["fetched_at"]),
        said["status"],
        tuple((name, value) for name, value in said["headers"]),
        _unpacked(said["body"]),
        method=said["method"],
        screenshot=_unpacked(said["screenshot"]) if said["screenshot"] else None,
        exchange=_exchange(*said["exchange"]) if said["exchange"] else None,
    )


def _exchange(
    method: str, sent: list[tuple[str, str]], redirects: list[str], ip: str | None, seconds: float | None
) -> Exchange:
    return Exchange(method, tuple((name, value) for name, value in sent), tuple(redirects), ip, seconds)


def _packed(content: bytes) -> str:
    return b85encode(zlib.compress(content, 1)).decode("ascii")


def _unpacked(text: str) -> bytes:
    return zlib.decompress(b85decode(text))
