"""Which addresses may be reached: public ones, and those that the operator named. What is asked there: `politeness`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from crawler.errors import AdwatchError

IpAddress = IPv4Address | IPv6Address
Target = tuple[str, int]
"""Host, in lower case and without a dot at its end, and port."""

DEFAULT_PORTS = {"http": 80, "https": 443}
NOBODYS = (".example", ".test", ".invalid")
DNS_SECONDS = 15
GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that is given out of IPv6; what lies outside is local, reserved or a disguise (RFC 4291)."""
NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 as networks without it see it (RFC 6052): the address meant is in the last 32 bits."""


class LeadsInsideError(AdwatchError):
    """Not http(s), or an address that is not public: no page may send us there."""


def host_and_port(url: str) -> Target:
    """Host and port of an http(s) address. Raises ValueError for any other."""
    found = _target(_parts(url))
    if found is None:
        raise ValueError(f"{url} is no http(s) address")
    return found


def is_web_address(url: str) -> bool:
    """An http(s) address, with a host and a port that there may be."""
    return _target(_parts(url)) is not None


async def leads_inside(url: str, *, named: Collection[Target] = ()) -> bool:
    """Not http(s), or an address that is not public, by itself or by its name, and not among the named."""
    try:
        await checked_addresses(url, named=named)
    except LeadsInsideError:
        return True
    return False


async def checked_addresses(url: str, *, named: Collection[Target] = ()) -> list[IpAddress]:
    """Where the URL may be asked for. Raises LeadsInsideError where that is inside a network, and not named.

    Nothing for a name that does not resolve, and for one that a proxy will resolve, which is judged by its form.
    """
    parts = _parts(url)
    target = _target(parts)
    if parts is None or target is None:
        raise LeadsInsideError(f"{url} is no http(s) address")
    literal = _literal(target[0])
    if literal is None and is_proxied(parts.scheme, target[0]):
        found = []
    else:
        found = [literal] if literal else await _resolved(*target)
    if target not in named and (_is_local_name(target[0]) or not all(map(is_public, found))):
        raise LeadsInsideError(f"{url} is no public web address")
    return found


def is_for_trying(url: str) -> bool:
    """On this machine, or under a name that is nobody's (RFC 2606)."""
    target = _target(_parts(url))
    host = target[0] if target else ""
    literal = _literal(host)
    return literal.is_loopback if literal else _is_local_name(host) or host.endswith(NOBODYS)


def is_proxied(scheme: str, host: str) -> bool:
    """The environment names a proxy for this address."""
    return scheme in getproxies() and not proxy_bypass(host)


def is_public(address: IpAddress) -> bool:
    """Everybody on the internet means the same host by this address."""
    if isinstance(address, IPv6Address):
        if address in NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        embedded = address.ipv4_mapped or address.sixtofour
        if embedded is not None:
            return is_public(embedded)
        return address in GLOBAL_UNICAST and address.is_global
    return address.is_global and not address.is_multicast


async def _resolved(host: str, port: int) -> list[IpAddress]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(DNS_SECONDS):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    addresses = (ip_address(str(entry[4][0]).split("%")[0]) for entry in found)
    return list(dict.fromkeys(addresses))


def _is_local_name(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _target(parts: SplitResult | None) -> Target | None:
    try:
        port = parts.port or DEFAULT_PORTS[parts.scheme] if parts else None
    except (KeyError, ValueError):
        return None
    host = parts.hostname.removesuffix(".") if parts and parts.hostname else ""
    return (host, port) if host and port else None


def _literal(host: str) -> IpAddress | None:
    """The address a host spells out, also in the old forms that resolvers take (`2130706433`, `0x7f.1`)."""
    try:
        return ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        pass
    try:
        return ip_address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None
