"""Connections go to the very addresses that were judged: no second look at the names, which may say something else.

A name server of the other side can answer twice, first with a public address, then with one inside our network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self
from urllib.request import getproxies

from scrapy.crawler import Crawler
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution
from zope.interface import implementer

from crawler.reaching import IpAddress, Target, host_and_port

_pinned: dict[Target, tuple[IpAddress, ...]] = {}
"""Of this process, which runs one spider: what was judged last of each host and port."""


def pin(target: Target, addresses: Iterable[IpAddress]) -> None:
    """Lets connections to this host and port go to these addresses and to no other."""
    _pinned[target] = tuple(addresses)


def pinned(target: Target) -> tuple[IpAddress, ...]:
    """The addresses that may be connected to; none where nobody judged any."""
    return _pinned.get(target, ())


@implementer(IHostnameResolver)
class PinnedResolver:
    """Scrapy's resolver (TWISTED_DNS_RESOLVER) that answers with what is pinned, and asks nobody but for the proxy."""

    def __init__(self, reactor: Any) -> None:
        self.reactor = reactor
        self.usual = reactor.nameResolver
        self.proxies = {host_and_port(url) for url in getproxies().values() if url.startswith("http")}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Scrapy's way to make a resolver."""
        return cls(reactor)

    def install_on_reactor(self) -> None:
        """From now on all of Twisted's connections by name ask here."""
        self.reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        receiver: Any,
        host: str,
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Tells the receiver the addresses; none is an answer that makes connecting fail."""
        target = (_ascii(host), portNumber)
        if target in self.proxies:
            return self.usual.resolveHostName(receiver, host, portNumber, addressTypes, transportSemantics)
        resolution = Resolution(host)
        receiver.resolutionBegan(resolution)
        for address in pinned(target):
            kind = IPv4Address if address.version == 4 else IPv6Address
            receiver.addressResolved(kind("TCP", str(address), portNumber))
        receiver.resolutionComplete()
        return resolution


@implementer(IHostResolution)
class Resolution:
    """An answer that was there before it was asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """There is nothing left to cancel."""


def _ascii(host: str) -> str:
    """The name as addresses spell it (`xn--…`); Twisted hands over the readable form."""
    try:
        spelt = host.encode("idna").decode("ascii")
    except UnicodeError:
        spelt = host
    return spelt.lower().removesuffix(".")
