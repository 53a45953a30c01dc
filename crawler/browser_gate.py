"""The one way out of the browser: a proxy on loopback that connects to judged addresses only, with bounds.

Scripts, redirects, WebSockets, workers and frames all pass here, whatever they are; `reaching` says what is public.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies

from crawler.reaching import LeadsInsideError, Target, checked_addresses, host_and_port, is_proxied

logger = logging.getLogger(__name__)

LONGEST_HEAD = 64 * 1024
HEAD_SECONDS = 30
CONNECT_SECONDS = 15
IDLE_SECONDS = 60
"""A connection on which nothing comes for so long is closed."""
WHOLE_SECONDS = 300
MOST_BYTES = 64 * 1024 * 1024
"""What one connection may bring; a tunnel carries all that a page loads from a host."""
CHUNK = 64 * 1024
OF_THE_HOP = ("connection", "proxy-connection", "keep-alive", "proxy-authorization", "te", "upgrade")
# With a body, or Chromium shows a page of its own under another address.
REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\nConnection: close\r\n\r\nrefused"
UNREACHABLE = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
TUNNEL_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Order:
    """What the browser asks the proxy for."""

    method: str
    url: str
    """Of a tunnel `https://host:port/`, whatever will be spoken in it."""
    headers: tuple[str, ...]
    body_bytes: int = 0

    @property
    def is_tunnel(self) -> bool:
        """The browser will talk to the host itself."""
        return self.method == "CONNECT"

    def head(self, *, to_proxy: bool) -> bytes:
        """The request as it is sent on, for one answer only."""
        parts = urlsplit(self.url)
        place = self.url if to_proxy else urlunsplit(("", "", parts.path or "/", parts.query, ""))
        if self.is_tunnel:
            return f"CONNECT {parts.netloc} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode("latin-1")
        lines = (f"{self.method} {place} HTTP/1.1", *self.headers, "Connection: close", "", "")
        return "\r\n".join(lines).encode("latin-1")


class BrowserGate:
    """The proxy, while it is open. `named` hosts may be inside the network."""

    def __init__(self, named: Collection[Target] = ()) -> None:
        self.named = frozenset(named)
        self.server: asyncio.Server | None = None

    async def open(self) -> str:
        """Begins to listen on a free port of loopback; returns the proxy's address."""
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_HEAD)
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Lets nothing more through."""
        if self.server is not None:
            self.server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._pass_on((reader, writer))
        except LeadsInsideError as error:
            logger.warning("browser kept inside its bounds: %s", error)
            writer.write(REFUSED)
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError):  # a time-out is an OSError
            writer.write(UNREACHABLE)
        finally:
            writer.close()

    async def _pass_on(self, browser: Stream) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            order = read_order(await browser[0].readuntil(b"\r\n\r\n"))
        site, to_proxy = await self._connected(order)
        try:
            if order.is_tunnel and not to_proxy:
                browser[1].write(TUNNEL_OPEN)
            else:
                site[1].write(order.head(to_proxy=to_proxy))
            sent = MOST_BYTES if order.is_tunnel else order.body_bytes
            # A tunnel ends with either side; an answer must not end with the request.
            there = _relay(browser[0], site[1], sent, stays=not order.is_tunnel)
            await _either(there, _relay(site[0], browser[1]))
        finally:
            site[1].close()

    async def _connected(self, order: Order) -> tuple[Stream, bool]:
        """The connection to the site, or to the proxy that the environment names for it."""
        addresses = await checked_addresses(order.url, named=self.named)
        parts = urlsplit(order.url)
        if is_proxied(parts.scheme, parts.hostname or ""):
            host, port = host_and_port(getproxies()[parts.scheme])
            return await _open(host, port), True
        port = host_and_port(order.url)[1]
        for address in addresses:
            try:
                return await _open(str(address), port), False
            except OSError:
                continue
        raise OSError(f"{order.url} cannot be reached")


def read_order(head: bytes) -> Order:
    """The order at the head of a connection. Raises ValueError where it is none that a browser gives a proxy."""
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    if method == "CONNECT":
        return Order(method, f"https://{target}/", ())
    fields = [(line.partition(":")[0].strip().lower(), line) for line in lines]
    length = next((line.partition(":")[2] for name, line in fields if name == "content-length"), "0")
    return Order(method, target, tuple(line for name, line in fields if name not in OF_THE_HOP), int(length))


async def _open(host: str, port: int) -> Stream:
    async with asyncio.timeout(CONNECT_SECONDS):
        return await asyncio.open_connection(host, port)


async def _relay(
    source: asyncio.StreamReader, goal: asyncio.StreamWriter, most: int = MOST_BYTES, *, stays: bool = False
) -> None:
    """Passes on so many bytes at most. Where it `stays` it never ends by itself."""
    left = most
    while left > 0:
        async with asyncio.timeout(IDLE_SECONDS):
            data = await source.read(min(CHUNK, left))
        if not data:
            break
        left -= len(data)
        goal.write(data)
        await goal.drain()
    if stays:
        await asyncio.Event().wait()


async def _either(*ways: Any) -> None:
    """Runs both and ends with the first to end, or in time. Nothing is raised: part of an answer has been given."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, timeout=WHOLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
