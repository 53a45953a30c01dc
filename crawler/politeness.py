"""What no spider may ask for: other schemes than http(s), addresses inside a network, hosts outside of its source.

Limits and robots.txt are settings of Scrapy; there is nothing here that hides who we are.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from crawler.health import Problem, problem_stat

logger = logging.getLogger(__name__)

IpAddress = IPv4Address | IPv6Address
FETCHED_AT = "adwatch_fetched_at"
"""Key of a request's meta: when its answer arrived, aware UTC."""
NAMED_HOSTS = "adwatch_named_hosts"
"""Key of a request's meta: the hosts that this request may reach inside the network, instead of the spider's."""
DEFAULT_PORTS = {"http": 80, "https": 443}


class ForbiddenAddressError(IgnoreRequest):
    """The address is none a page may send us to. Counted already."""


class OffSiteError(IgnoreRequest):
    """The address is outside of the source's domains."""


class AddressGuard:
    """Downloader middleware that lets through only public addresses of the source's own domains.

    Redirects pass it again. Hosts in the spider's `named_hosts` (pairs of host and port that the operator named as
    start addresses) may be inside the network.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a middleware."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raises ForbiddenAddressError or OffSiteError where the request must not be sent."""
        if await leads_inside(request.url, named=self._named_hosts(request)):
            self._refuse(request.url)
        if not is_on_site(request.url, getattr(self.crawler.spider, "allowed_domains", None) or ()):
            raise OffSiteError(f"{request.url} is outside of the source")

    def process_response(self, request: Request, response: Response) -> Response:
        """Notes when the answer arrived; drops one from inside the network whose name looked public a moment before."""
        request.meta[FETCHED_AT] = datetime.now(UTC)
        address = response.ip_address
        named = _host_and_port(urlsplit(response.url)) in self._named_hosts(request)
        if address is not None and not named and not request.meta.get("proxy") and not _is_public(address):
            self._refuse(request.url)
        return response

    def _refuse(self, url: str) -> None:
        stats = self.crawler.stats
        if stats is not None:
            stats.inc_value(problem_stat(Problem.FORBIDDEN_ADDRESS))
        logger.warning("address refused source=%s url=%s", getattr(self.crawler.spider, "name", None), url)
        raise ForbiddenAddressError(f"{url} is no public web address")

    def _named_hosts(self, request: Request) -> Collection[tuple[str, int]]:
        own: Collection[tuple[str, int]] = getattr(self.crawler.spider, "named_hosts", ())
        allowed: Collection[tuple[str, int]] = request.meta.get(NAMED_HOSTS, own)
        return allowed


class RobotsOnce(RobotsTxtMiddleware):
    """Scrapy's robots.txt middleware, asking one after another for one host.

    Of several first requests to a host that wait for its robots.txt together, only one is told what it says; Scrapy
    2.19 lets the others through (tried, November 2026).
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._taking_turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """What the host's robots.txt allows; None where it has none."""
        async with self._taking_turns[urlsplit(request.url).netloc]:
            return await super().robot_parser(request)


def is_on_site(url: str, domains: Collection[str]) -> bool:
    """The address is of one of these domains or below one; no domains are no restriction."""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    return not domains or any(host == domain or host.endswith(f".{domain}") for domain in domains)


def host_and_port(url: str) -> tuple[str, int]:
    """Host and port of an http(s) address, as `named_hosts` holds them. Raises ValueError for any other."""
    found = _host_and_port(urlsplit(url))
    if found is None:
        raise ValueError(f"{url} is no http(s) address")
    return found


async def leads_inside(url: str, *, named: Collection[tuple[str, int]] = ()) -> bool:
    """Not http(s), or an address that is not public, by itself or by its name.

    A name that a proxy will resolve is judged by its form only; a name that does not resolve leads nowhere.
    """
    parts = _parts(url)
    target = _host_and_port(parts) if parts else None
    if parts is None or target is None:
        return True
    if target in named:
        return False
    literal = _literal(target[0])
    if literal is not None:
        return not _is_public(literal)
    if target[0] == "localhost" or target[0].endswith(".localhost"):
        return True
    if parts.scheme in getproxies() and not proxy_bypass(target[0]):
        return False
    return not all(_is_public(address) for address in await _resolved(*target))


async def _resolved(host: str, port: int) -> list[IpAddress]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ip_address(str(entry[4][0]).split("%")[0]) for entry in found]


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _host_and_port(parts: SplitResult) -> tuple[str, int] | None:
    try:
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (KeyError, ValueError):
        return None
    return (parts.hostname.removesuffix("."), port) if parts.hostname else None


def _literal(host: str) -> IpAddress | None:
    """The address a host spells out, also in the old forms that resolvers take (`2130706433`, `0x7f.1`)."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return ip_address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def _is_public(address: IpAddress) -> bool:
    if isinstance(address, IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is not None:
            return _is_public(embedded)
    return address.is_global and not address.is_multicast


class BrowserGuard:
    """Playwright's `abort_request`: the same rule for everything a rendered page loads, without the domain check.

    Pages load scripts and pictures from other hosts; only what leads inside a network is stopped.
    """

    def __init__(self, named: Collection[tuple[str, int]]) -> None:
        self.named = frozenset(named)

    async def __call__(self, request: Any) -> bool:
        """True where the browser must not send this request."""
        url: str = request.url
        return not url.startswith(("data:", "blob:")) and await leads_inside(url, named=self.named)
