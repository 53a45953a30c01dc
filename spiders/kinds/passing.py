"""A spider's requests as plain values, so that one worker asks for what another one found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy import Request

from crawler.items import FetchedPage
from spiders.posting import Listed

KeepPage = Callable[[FetchedPage], str]
"""Keeps a page where all workers find it. Returns its name."""
FindPage = Callable[[str], FetchedPage | None]


def pack_request(request: Request, address: str, keep_page: KeepPage) -> dict[str, Any]:
    """What it takes to make it again; its key, of reader and `address`, is the same whoever finds it."""
    given = dict(request.cb_kwargs)
    if given.get("listed") is not None:
        given["listed"] = pack_listed(given["listed"], keep_page)
    read_by = getattr(request.callback, "__name__", "")
    return {
        "key": f"{read_by} {address}",
        "read_by": read_by,
        "url": request.url,
        "headers": dict(request.headers.to_unicode_dict()),
        "priority": request.priority,
        "given": given,
    }


def unpack_given(given: dict[str, Any], find_page: FindPage) -> dict[str, Any]:
    """The arguments of the callback."""
    listed = given.get("listed")
    return {**given, "listed": unpack_listed(listed, find_page)} if listed is not None else given


def pack_listed(listed: Listed, keep_page: KeepPage) -> dict[str, Any]:
    """What a listing said, with its page by name."""
    return {"stated": dict(listed.stated), "page": keep_page(listed.page) if listed.page else None}


def unpack_listed(packed: dict[str, Any], find_page: FindPage) -> Listed:
    """What a listing said, with its page."""
    return Listed(packed["stated"], find_page(packed["page"]) if packed["page"] else None)
