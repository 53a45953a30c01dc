"""How many requests the desk answered and how long each took. A registry for each desk, none for the process."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset({"GET", "HEAD", "POST"})


class Answers:
    """How many requests the desk answered and how long each took, by the template of the address."""

    def __init__(self) -> None:
        """Nothing counted yet."""
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "adwatch_desk_requests", "Requests answered.", (*labels, "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "adwatch_desk_request_seconds", "Time to answer.", labels, buckets=SECONDS, registry=self.registry
        )

    def note(self, scope: Scope, *, status: int, seconds: float) -> None:
        """Counts one answer."""
        route = template_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class Counting:
    """ASGI layer around the desk that notes every answer."""

    def __init__(self, app: ASGIApp, *, answers: Answers) -> None:
        """Wraps that application."""
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            self._answers.note(scope, status=status, seconds=time.perf_counter() - began)


def template_of(scope: Scope) -> str:
    """The address without its ids, like `/cases/{case_id}`; `none` where the desk has no such page."""
    path = getattr(scope.get("route"), "path", None)
    # Of what is mounted, only the place is known.
    return path if isinstance(path, str) else scope.get("root_path") or "none"
