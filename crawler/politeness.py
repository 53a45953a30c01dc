"""What no spider may ask for: other schemes than http(s), addresses inside a network, hosts outside of its source.

Limits are settings of Scrapy, robots.txt is read in `robots`; there is nothing here that hides who we are.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.config import Settings
from crawler.health import Problem, problem_stat
from crawler.pinning import pin
from crawler.reaching import LeadsInsideError, Target, checked_addresses, host_and_port, leads_inside

logger = logging.getLogger(__name__)

FETCHED_AT = "adwatch_fetched_at"
"""Key of a request's meta: when its answer arrived, aware UTC."""
MOST_COOKIES = 150
"""Of all hosts of a source together; browsers keep some 180 of each."""
NAMED_HOSTS = "adwatch_named_hosts"
"""Key of a request's meta: the hosts that this request may reach inside the network, instead of the spider's."""


class ForbiddenAddressError(IgnoreRequest):
    """The address is none a page may send us to. Counted already."""


class OffSiteError(IgnoreRequest):
    """The address is outside of the source's domains."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} is outside of the source")
        self.url = url


class AddressGuard:
    """Downloader middleware that lets through only public addresses of the source's own domains.

    Redirects pass it again. Hosts in the spider's `named_hosts` (pairs of host and port that the operator named as
    start addresses) may be inside the network. Connections go where it looked: `crawler.pinning`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a middleware. Raises ConfigError where a real site would not learn who asks."""
        manifest = getattr(crawler.spider, "manifest", None)
        if manifest is not None:
            Settings.from_environment().require_contact(manifest.start_urls)
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises ForbiddenAddressError or OffSiteError where the request must not be sent."""
        await self._check(request.url, named=self._named_hosts(request))

    async def process_response(self, request: Request, response: Response) -> Response:
        """Notes when the answer arrived. Where a browser was sent elsewhere meanwhile, that is judged as a redirect."""
        request.meta[FETCHED_AT] = datetime.now(UTC)
        if request.meta.get("playwright") and response.url.rstrip("/") != request.url.rstrip("/"):
            request.meta.setdefault("redirect_urls", [request.url])
            await self._check(response.url, named=self._named_hosts(request))
        return response

    async def _check(self, url: str, *, named: Collection[Target]) -> None:
        try:
            addresses = await checked_addresses(url, named=named)
        except LeadsInsideError as error:
            self._count_refusal(url)
            raise ForbiddenAddressError(str(error)) from error
        if not is_on_site(url, getattr(self.crawler.spider, "allowed_domains", None) or ()):
            raise OffSiteError(url)
        pin(host_and_port(url), addresses)

    def _count_refusal(self, url: str) -> None:
        stats = self.crawler.stats
        if stats is not None:
            stats.inc_value(problem_stat(Problem.FORBIDDEN_ADDRESS))
        logger.warning("address refused source=%s url=%s", getattr(self.crawler.spider, "name", None), url)

    def _named_hosts(self, request: Request) -> Collection[Target]:
        own: Collection[Target] = getattr(self.crawler.spider, "named_hosts", ())
        allowed: Collection[Target] = request.meta.get(NAMED_HOSTS, own)
        return allowed


class PatientRetry(RetryMiddleware):
    """Scrapy's second try, but not where the site says when to come back: it is left alone until the next night."""

    def process_response(  # type: ignore[override]  # without the spider, as middlewares are written now
        self, request: Request, response: Response
    ) -> Request | Response:
        """The answer as it is where it asks us to wait."""
        if seconds_to_wait(response, now=datetime.now(UTC)) is not None:
            return response
        return super().process_response(request, response)


class FewCookies(CookiesMiddleware):
    """Scrapy's cookies, forgotten where a site sets more than a browser would keep: each would be sent each time."""

    def process_response(  # type: ignore[override]  # without the spider, as middlewares are written now
        self, request: Request, response: Response
    ) -> Request | Response:
        """Takes the answer's cookies."""
        answer = super().process_response(request, response)
        jar = self.jars[request.meta.get("cookiejar")]
        if len(jar) > MOST_COOKIES:
            jar.jar.clear()
        return answer


class BrowserGuard:
    """Playwright's `abort_request`, for a page that may reach less inside the network than its browser may."""

    def __init__(self, named: Collection[Target]) -> None:
        self.named = frozenset(named)

    async def __call__(self, request: Any) -> bool:
        """True where the browser must not send this request."""
        url: str = request.url
        return not url.startswith(("data:", "blob:")) and await leads_inside(url, named=self.named)


def seconds_to_wait(response: Response, *, now: datetime) -> float | None:
    """How long the answer's Retry-After asks us to wait; None where it says nothing that can be read."""
    stated = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if stated.isdecimal():
        return float(stated[:9])
    try:
        return max((parsedate_to_datetime(stated).astimezone(UTC) - now).total_seconds(), 0.0) if stated else None
    except (ValueError, OverflowError):
        return None


def is_on_site(url: str, domains: Collection[str]) -> bool:
    """The address is of one of these domains or below one; no domains are no restriction."""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    return not domains or any(host == domain or host.endswith(f".{domain}") for domain in domains)
