"""What every page needs to know of the request it answers: the tongue, and where it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from alerts.desk.speaking import Tongue
from crawler.store.audit import acting_from

COOKIE = "adwatch_tongue"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as the frame of a page is concerned."""

    tongue: Tongue = Tongue.LATN
    path: str = "/"
    """Without the query."""
    back: str = "/"
    """A local address that shows the page again."""


_ASKED: ContextVar[Asked] = ContextVar("asked", default=Asked())  # noqa: B039 - frozen


class Asking:
    """ASGI layer that remembers what is asked while it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        """Wraps that application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        with answering(request), acting_from(address_of(request)):
            await self._app(scope, receive, send)


@contextmanager
def answering(request: Request) -> Iterator[None]:
    """Pages that are made in the body are the answer to that request."""
    token = _ASKED.set(_asked(request))
    try:
        yield
    finally:
        _ASKED.reset(token)


def asked() -> Asked:
    """The request that is answered now; outside of one, a plain request for the first page."""
    return _ASKED.get()


def address_of(request: Request) -> str:
    """The network address that asks; behind a proxy on this computer the one that the proxy names."""
    return request.client.host if request.client else "unknown"


def tongue_of(request: Request) -> Tongue:
    """The tongue that the person chose in this browser."""
    chosen = request.cookies.get(COOKIE, "")
    return Tongue(chosen) if chosen in set(Tongue) else Tongue.LATN


def local_address(address: str) -> str:
    """The address if it leads to a page of this desk, else the first page: no form sends anybody elsewhere."""
    is_plain = all("!" <= letter <= "~" and letter != "\\" for letter in address)
    if not is_plain or not address.startswith("/") or address.startswith("//"):
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return address if not parts.scheme and not parts.netloc else "/"


def _asked(request: Request) -> Asked:
    url = request.url
    shown = url.path if not url.query else f"{url.path}?{url.query}"
    is_shown = request.method in ("GET", "HEAD")
    back = local_address(shown) if is_shown else "/"
    return Asked(tongue_of(request), url.path, back)
