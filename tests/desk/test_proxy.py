"""Behind a reverse proxy: its word on TLS is taken where `trusted_proxy` names it, and nobody else's."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn

from alerts.desk.app import create_app
from alerts.desk.serving import address_of, open_socket, server_config
from crawler.config import Settings
from tests.builders import StoreBuilder

PATIENCE = 600
BY_TLS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


@contextmanager
def _served(settings: Settings) -> Iterator[str]:
    with open_socket("127.0.0.1", 0) as listening:
        server = uvicorn.Server(server_config(create_app(settings), settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield address_of(listening)
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize(("named", "is_believed"), [("[]", False), ("[192.0.2.1]", False), ("[127.0.0.1]", True)])
def test_cookies_are_secure_where_a_named_proxy_says_tls(
    small_store: StoreBuilder, named: str, is_believed: bool
) -> None:
    home = small_store.settings.home
    (home / "adwatch.yml").write_text(f"trusted_proxy: {named}\n")
    with _served(Settings(home)) as address:
        cookie = httpx.get(f"{address}login", headers=BY_TLS, timeout=PATIENCE).headers["set-cookie"]
        figures = httpx.get(f"{address}metrics", headers=BY_TLS, timeout=PATIENCE).status_code
    assert ("Secure" in cookie) == is_believed
    assert figures == 404
