"""The demo sites on loopback: an HTTP server that answers as a forward proxy and as an origin server.

`python -m spiders.demo.server --port N` serves until SIGTERM. It never connects to anybody.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from spiders.demo.ads import ADS_FILE, load_offers, placed_ads
from spiders.demo.site import Answer, Request, Site
from spiders.demo.sites import all_sites

NOT_FOUND = Answer("<!doctype html><title>404</title><h1>Stranica nije pronađena</h1>".encode(), status=404)


@dataclass(frozen=True, slots=True)
class DemoServer:
    """A running server."""

    port: int

    @property
    def proxy_url(self) -> str:
        """The value for `http_proxy`."""
        return f"http://127.0.0.1:{self.port}"


class DemoSites:
    """All demo sites, found by host name."""

    def __init__(self, sites: Sequence[Site] | None = None) -> None:
        """The given sites, or those of `ads.yml`."""
        if sites is None:
            sites = all_sites(tuple(placed_ads(load_offers(ADS_FILE))))
        self._sites = {site.host: site for site in sites}

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names served."""
        return tuple(self._sites)

    def answer(self, target: str, host: str = "") -> Answer:
        """The answer to a request line's target, absolute (`http://host/path`) or a path with the Host header."""
        try:
            parts = urlsplit(target)
        except ValueError:
            return NOT_FOUND
        name = parts.hostname or host.rsplit(":", 1)[0].lower()
        site = self._sites.get(name) if parts.scheme in ("", "http") else None
        request = Request(parts.path or "/", dict(reversed(parse_qsl(parts.query))))
        return (site.answer(request) if site else None) or NOT_FOUND


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60
    server: _Server

    def do_GET(self) -> None:
        self._send(self.server.sites.answer(self.path, self.headers.get("Host", "")))

    do_HEAD = do_GET

    def _send(self, answer: Answer) -> None:
        # No Date and no Server header: two nights must get the same answer to the byte.
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Requests are the spiders' business to log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, sites: DemoSites) -> None:
        self.sites = sites
        super().__init__(("127.0.0.1", port), _Handler)


@contextmanager
def serve_demo_sites(port: int = 0) -> Iterator[DemoServer]:
    """Serves the demo sites in a thread while the context lasts; port 0 takes a free one."""
    server = _Server(port, DemoSites())
    thread = threading.Thread(target=server.serve_forever, name="demo-sites", daemon=True)
    thread.start()
    try:
        yield DemoServer(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves until SIGTERM or SIGINT; the first line on stdout says where."""
    parser = argparse.ArgumentParser(prog="python -m spiders.demo.server", description="Serves the demo sites.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with serve_demo_sites(parser.parse_args(arguments).port) as server:
        sys.stdout.write(f"proxy {server.proxy_url}\n")
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
