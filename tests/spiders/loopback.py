"""A web site on loopback for one test, and a spider run against it in a process of its own, as in a night."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson

from crawler.health import Problem

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site says."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})
    stream: Callable[[], Iterable[bytes]] | None = None
    """All that is sent, status line and headers included, as it comes; the connection's end is the answer's."""


Routes = Callable[[str], Answer | None]
"""The answer for a path with its query; None is a 404."""


@dataclass(slots=True)
class Site:
    """A running site."""

    url: str
    asked: list[str] = field(default_factory=list)
    """Paths asked for, in order, without robots.txt."""
    agents: set[str] = field(default_factory=set)
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of each request, as `asked`; names in lower case."""


@contextmanager
def serve(
    routes: Routes, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Site]:
    """The site until the end of the block; with a context by https."""
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.agents.add(self.headers.get("User-Agent", ""))
            if self.path != "/robots.txt":
                site.asked.append(self.path)
                site.headers.append({name.lower(): value for name, value in self.headers.items()})
            answer = routes(self.path) or Answer("<h1>404</h1>", 404)
            if answer.stream is not None:
                self._pour(answer.stream())
                return
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self._pour([body])

        def _pour(self, pieces: Iterable[bytes]) -> None:
            try:
                for piece in pieces:
                    self.wfile.write(piece)
            except OSError:
                # The spider has had enough.
                pass

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.url = f"{'https' if tls else 'http'}://{host}:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True, slots=True)
class Run:
    """What a spider brought."""

    ads: list[dict[str, Any]]
    problems: Counter[Problem]
    log: str


def crawl(name: str, home: Path, *options: str, proxy: str | None = None) -> Run:
    """`scrapy crawl NAME` with that data folder; ads go to a file instead of the store."""
    output, log = home / f"{name}.jsonl", home / f"{name}.log"
    kept = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment = {**kept, "ADWATCH_HOME": str(home), **({"http_proxy": proxy} if proxy else {})}
    command = [sys.executable, "-m", "scrapy", "crawl", name, "-O", str(output)]
    settings = ["-s", "ITEM_PIPELINES={}", "-s", f"LOG_FILE={log}"]
    done = subprocess.run(
        [*command, *settings, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    assert done.returncode == 0, done.stderr + text
    told = re.findall(r"problem=(\w+) ", text) + ["forbidden_address"] * text.count("address refused ")
    lines = output.read_bytes().splitlines() if output.exists() else []
    return Run([orjson.loads(line) for line in lines], Counter(Problem(problem) for problem in told), text)


def source(home: Path, name: str, manifest: dict[str, Any]) -> None:
    """Puts a manifest into the data folder's own sources, in place of one that is there."""
    folder = home / "sources" / name
    folder.mkdir(parents=True, exist_ok=True)
    usual = {"id": name, "name": name, "owner": "izmišljen", "legal_note": "Provera.", "checked": "2026-11-20"}
    limits = {"delay_seconds": 0, "max_minutes": 10, "max_pages": 60}
    (folder / "source.yml").write_bytes(orjson.dumps({**usual, "limits": limits, **manifest}))


def ad_page(title: str, **fields: Any) -> Answer:
    """A page with one JobPosting."""
    return Answer(f"<html><head>{json_ld(title, **fields)}</head><body>{title}</body></html>")


def json_ld(title: str, **fields: Any) -> str:
    """A script element with one JobPosting."""
    posting = {"@type": "JobPosting", "title": title, "description": f"{title}, opis posla.", **fields}
    return f'<script type="application/ld+json">{orjson.dumps(posting).decode()}</script>'


def links_to(*addresses: str) -> str:
    """A page of links to ads."""
    return "<html><body>" + "".join(f'<a class="oglas" href="{address}">oglas</a>' for address in addresses)
