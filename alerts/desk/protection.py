"""What guards all requests alike: security headers, limits on what may be posted and how often, and who sent it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts.desk.asking import answering
from alerts.desk.failures import Failure
from alerts.desk.state import Clock, desk_of
from alerts.desk.throttle import network_of

LARGEST_POST = 64 * 1024
"""A decision with its note is far smaller."""
MEGABYTE = 1024 * 1024
LARGER_POSTS = {
    "/check": 9 * MEGABYTE,
    "/check/save": 12 * MEGABYTE,
    "/intake": 50 * MEGABYTE,
    "/register/import": 9 * MEGABYTE,
    "/register/import/confirm": 12 * MEGABYTE,
    r"/legal/cases/\d+/drafts/[^/]+(/preview)?": MEGABYTE,
    r"/legal/cases/\d+/drafts/[^/]+/filed": 21 * MEGABYTE,
    r"/api/v1/check(/save)?": MEGABYTE,
    "/api/v1/check/picture": 9 * MEGABYTE,
    "/api/v1/check/save/pictures": 50 * MEGABYTE,
    r"/api/v1/cases/\d+/drafts/[^/]+/(changes|preview)": MEGABYTE,
    r"/api/v1/cases/\d+/filings": 21 * MEGABYTE,
    r"/api/v1/register/import(/preview)?": 9 * MEGABYTE,
}
"""By address (a pattern of it), forms with files: a picture, the same packed as text, six pictures, a list, the same
packed, the text of a whole draft, a receipt of what was filed; the same by the API."""
MOST_POSTS = 300
"""From one network address in a minute; an office shares one."""
MOST_ADDRESSES = 10_000

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""For bytes that were captured from somebody's page."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


class Protection:
    """ASGI layer around the desk: refuses posts that are too large, adds the headers an answer does not have yet."""

    def __init__(self, app: ASGIApp, *, clock: Clock) -> None:
        """Wraps that application; posts are counted in the minutes of that clock."""
        self._app = app
        self._clock = clock
        self._pace = Pace(MOST_POSTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if refusal := self._refuse(Request(scope)):
            await refusal(scope, receive, send_protected)
        else:
            await self._app(scope, receive, send_protected)

    def _refuse(self, request: Request) -> Response | None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return None
        address = network_of(request.client.host) if request.client else "unknown"
        if not self._pace.admits(address, minute=int(self._clock().timestamp()) // 60):
            return _answer(request, Failure.TOO_MANY)
        return _refuse_size(request)


class Pace:
    """Counts what each network address posts in a minute, in the memory of this process."""

    def __init__(self, most: int) -> None:
        """Admits so many in a minute."""
        self._most = most
        self._minute = 0
        self._counts: dict[str, int] = {}

    def admits(self, address: str, *, minute: int) -> bool:
        """Counts one; False where there were too many in this minute."""
        if minute != self._minute or len(self._counts) > MOST_ADDRESSES:
            self._minute, self._counts = minute, {}
        self._counts[address] = self._counts.get(address, 0) + 1
        return self._counts[address] <= self._most


def largest_post(path: str) -> int:
    """Bytes that may be posted to that path."""
    return next((size for pattern, size in LARGER_POSTS.items() if re.fullmatch(pattern, path)), LARGEST_POST)


def is_foreign(request: Request) -> bool:
    """A browser says that another site sent this form. False also for programs, which say nothing about it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def comes_from_browser(request: Request) -> bool:
    """Whether the request carries what browsers send with every form. Only a browser can be tricked by another site."""
    return "sec-fetch-site" in request.headers or "origin" in request.headers


def _refuse_size(request: Request) -> Response | None:
    length = request.headers.get("content-length", "")
    # A body in chunks is read to its end, whatever length is stated beside it (RFC 9112, 6.3).
    if "transfer-encoding" in request.headers or not length.isdecimal():
        return _answer(request, Failure.NO_LENGTH) if _has_body(request) else None
    if int(length) > largest_post(request.url.path):
        return _answer(request, Failure.TOO_LARGE)
    return None


def _has_body(request: Request) -> bool:
    """Whether there may be a body, of whatever length."""
    return request.method in ("POST", "PUT", "PATCH") or "transfer-encoding" in request.headers


def _answer(request: Request, failure: Failure) -> Response:
    """For programs in the shape of the API's refusals, for browsers as a page, for others as a line."""
    answer = _told(request, failure)
    if failure is Failure.TOO_MANY:
        answer.headers["Retry-After"] = "60"
    return answer


def _told(request: Request, failure: Failure) -> Response:
    message, status = failure.replace("_", " "), failure.status
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": {"code": failure, "message": message}}, status_code=status)
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(message.capitalize(), status_code=status)
    # Outside of the layer that says the tongue.
    with answering(request):
        pages = desk_of(request).pages
        return pages.answer("failure.html", status=status, visitor=None, failure=failure, case_id=None)
