"""The item every spider yields: schema.org's JobPosting by zyte-common-items, with its page as provenance.

Fields ending in `Raw` keep what the page said; their twins hold the parsed value, or None where it cannot be parsed.
What the ad means is not said here: that is `crawler.assessment`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

import attrs
from zyte_common_items import BaseSalary, HiringOrganization, JobLocation, JobPosting

__all__ = [
    "AdPosting",
    "BaseSalary",
    "Exchange",
    "FetchedPage",
    "HiringOrganization",
    "JobLocation",
    "JobPosting",
    "ListedAgain",
    "PublishedList",
    "VisitResult",
    "Visited",
    "Way",
]


@dataclass(frozen=True, slots=True)
class Exchange:
    """How a page was asked for, and how the answer came; kept beside it as evidence."""

    method: str
    """`GET`, as a rule."""

    sent: tuple[tuple[str, str], ...]
    """Request headers in order, as (name, value)."""

    redirects: tuple[str, ...] = ()
    """Addresses that led here, in order."""

    ip: str | None = None
    """Address of the server that answered; None behind a proxy or where a browser asked."""

    seconds: float | None = None
    """From the request to the whole answer."""


@dataclass(frozen=True, slots=True, eq=False)
class FetchedPage:
    """The bytes of one fetched page, as they will be kept as evidence. Postings of one page share one object."""

    url: str
    """Final address after redirects (WARC-Target-URI)."""

    fetched_at: datetime
    """When the answer arrived, aware UTC (WARC-Date)."""

    status: int
    """HTTP status code."""

    headers: tuple[tuple[str, str], ...]
    """Response headers in order, as (name, value)."""

    body: bytes
    """Payload without transfer or content encoding; for `browser` the rendered DOM as UTF-8."""

    method: Literal["http", "browser", "manual"] = "http"
    """How the page was fetched; `manual`: not at all, a person handed the bytes in, and `headers` say what is known."""

    screenshot: bytes | None = None
    """Full-page PNG, where a browser rendered the page."""

    exchange: Exchange | None = None
    """None where the page came another way than by a request of ours, or nobody noted it."""

    digest: str = field(init=False)
    """SHA-256 of `body`, lower-case hex (WARC-Payload-Digest)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.body).hexdigest())


@dataclass(frozen=True, slots=True)
class Way:
    """How a listing led to an ad."""

    url: str
    """Address it links to; the ad's own where the ad stands on the listing as a whole."""

    facts: int
    """What it said of the ad, hashed to 8 bytes: as long as it says the same, the ad need not be read again."""

    has_own_page: bool
    """The ad stands on a page of its own, which can be visited again."""

    is_revisit: bool = False
    """Its page was visited without a listing leading there tonight."""


@attrs.define(kw_only=True)
class AdPosting(JobPosting):
    """A job ad found at a source. `url` identifies the ad (canonicalised on storing), `page` is where it was read."""

    source: str
    """Id of the source manifest."""

    page: FetchedPage | None = None
    """The page that carries the ad. None only for ads read from a saved file (`adwatch extract`)."""

    listingPage: FetchedPage | None = None
    """The listing that stated some of these fields, where the ad's own page does not; kept as evidence too."""

    contactRaw: str | None = None
    """Contacts the page gives outside the description (phone, e-mail, name), a line each."""

    imageUrls: list[str] | None = None
    """Addresses of the ad's pictures, as the page gives them, absolute."""

    way: Way | None = None
    """How the ad was come by. None only for ads read from a saved file."""


@dataclass(frozen=True, slots=True)
class ListedAgain:
    """A listing that still shows ads which are known, and says the same of them."""

    page: FetchedPage

    keys: tuple[int, ...]
    """`crawler.addresses.short_key` of their links."""


class VisitResult(StrEnum):
    """What a visit to a known ad's own page found, other than the ad."""

    UNCHANGED = "unchanged"
    """The server's word (304) that the page is as it was."""
    GONE = "gone"
    """404 or 410, or a redirect to the start page."""
    UNREAD = "unread"
    """A page without a readable ad. Perhaps the site says in words that the ad is no more; that is not guessed."""


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit to a known ad's own page that brought no ad."""

    key: int
    """`crawler.addresses.short_key` of its link."""

    page: FetchedPage

    result: VisitResult


NOT_MODIFIED = 304
"""Status of an answer that says: the same as when it was fetched last."""


@dataclass(frozen=True, slots=True)
class PublishedList:
    """The list of licensed agencies as its source publishes it; reading it is the business of `pipelines.register`."""

    source: str
    """Id of the source manifest."""

    url: str
    """Address asked for; that of `file` is the one behind redirects."""

    file: FetchedPage
    """The list; without bytes where the status is NOT_MODIFIED."""

    page: FetchedPage | None = None
    """The page that linked to it."""

    said: str = ""
    """First line: words and file name of the link. Further lines: what the page says around it and of the day."""
