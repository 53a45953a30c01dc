"""The portals of the script, served on loopback: each shows what the script says of the night that is played."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import orjson

from tests.fortnight.script import Failure, Script, ScriptedAd, What
from tests.ports import free_port
from tests.spiders.loopback import Answer, Routes, ad_page, links_to, serve, source

PATIENCE = 600
NOISE_BYTES = 3_000_000
"""Of a page that does not fit on the disk, however well it is packed."""
LOGIN = Answer('<html><body><form action="/prijava"><input type="password" name="lozinka"></form></body></html>')
ANOTHER_LAYOUT = Answer("<html><body><main>Nova, lepša stranica.</main></body></html>")
JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "application/rss+xml; charset=utf-8"}
LIMITS = {"delay_seconds": 0, "max_minutes": 5, "max_pages": 100, "stop_at_known": 0}
MANIFESTS: dict[str, dict[str, Any]] = {
    "tabla": {"kind": "structured", "listing": {"links": "a.oglas"}},
    "vesnik": {"kind": "feed"},
    "berza": {
        "kind": "json_api",
        "listing": {"items": "items", "detail_url": "join('/', ['/oglas', id])", "fields": {"url": "url"}},
        "detail": {"fields": {"jobTitle": "title", "description": "text"}},
    },
}


@dataclass
class Portals:
    """All portals of the script, in one night after another."""

    script: Script
    night: int = 1
    is_open: threading.Event = field(default_factory=threading.Event)
    """While it is not set, the portal of the night's failure keeps its listing to itself."""
    asked: set[str] = field(default_factory=set)
    """Portals whose listing was asked for in this night."""
    served: set[tuple[int, str, str]] = field(default_factory=set)
    """(night, portal with path, SHA-256) of all that was ever served."""

    def __post_init__(self) -> None:
        self.is_open.set()
        self.ports = {portal: free_port() for portal in self.script.portals}

    @property
    def failure(self) -> Failure | None:
        """What goes wrong in this night."""
        return self.script.failures.get(self.night)

    def write_manifests(self, home: Path) -> None:
        """Names them as the sources of that data folder."""
        for portal, port in self.ports.items():
            manifest = {**MANIFESTS[portal], "start_urls": [f"http://127.0.0.1:{port}/"], "limits": LIMITS}
            source(home, portal, {**manifest, "name": self.script.portals[portal].name})

    @contextmanager
    def serving(self, night: int) -> Iterator[None]:
        """Serves them as they are in that night."""
        self.night, self.asked = night, set()
        with ExitStack() as sites:
            for portal, port in self.ports.items():
                if not self._fails(portal, What.SITE_DOWN):
                    sites.enter_context(serve(self._routes(portal), port=port))
            yield
            self.is_open.set()

    def _fails(self, portal: str, what: What) -> bool:
        return self.failure == Failure(portal=portal, what=what)

    def _routes(self, portal: str) -> Routes:
        def answer(path: str) -> Answer | None:
            found = self._answer(portal, path)
            if found is not None:
                body = found.body.encode() if isinstance(found.body, str) else found.body
                self.served.add((self.night, f"{portal}{path}", sha256(body).hexdigest()))
            return found

        return answer

    def _answer(self, portal: str, path: str) -> Answer | None:
        if path == "/robots.txt":
            return None
        if self._fails(portal, What.LOGIN_WALL):
            return LOGIN
        if self._fails(portal, What.LAYOUT_CHANGED):
            return ANOTHER_LAYOUT
        shown = self.script.shown(portal, self.night)
        if path == "/":
            self._hold(portal)
            return self._listing(portal, shown)
        ad = next((ad for ad in shown if path == f"/oglas/{ad.id}"), None)
        return ad and self._page(portal, ad)

    def _hold(self, portal: str) -> None:
        self.asked.add(portal)
        if self.failure and self.failure.portal == portal:
            self.is_open.wait(PATIENCE)

    def _listing(self, portal: str, shown: list[ScriptedAd]) -> Answer:
        if portal == "vesnik":
            return Answer(_feed(shown, self.night, f"http://127.0.0.1:{self.ports[portal]}"), headers=XML)
        if portal == "berza":
            items = [{"id": ad.id, "url": f"/oglas/{ad.id}"} for ad in shown]
            return Answer(orjson.dumps({"items": items}), headers=JSON)
        listing = links_to(*(f"/oglas/{ad.id}" for ad in shown))
        if not self._fails(portal, What.DISK_FULL):
            return Answer(listing)
        noise = random.Random(self.night).randbytes(NOISE_BYTES // 2).hex()  # noqa: S311 - noise, not secrecy
        return Answer(f"{listing}<!-- {noise} -->")

    def _page(self, portal: str, ad: ScriptedAd) -> Answer:
        text = ad.text_in(self.night)
        if portal == "berza":
            return Answer(orjson.dumps({"title": ad.title, "text": text}), headers=JSON)
        return ad_page(ad.title, description=text)


def _feed(shown: list[ScriptedAd], night: int, site: str) -> str:
    items = "".join(
        f"<item><title>{escape(ad.title)}</title><link>{site}/oglas/{ad.id}</link><guid>{ad.id}</guid>"
        f"<description>{escape(ad.text_in(night))}</description></item>"
        for ad in shown
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{items}</channel></rss>'
