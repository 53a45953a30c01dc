"""A whole night over hostile sites, in a process of its own, with what it counted of each address and what it took."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from crawler.health import Problem
from tests.spiders.loopback import ROOT

NAMES = Path(__file__).parent / "names"
TOLD = re.compile(r"problem=(\w+) source=(\w+) url=(\S+)")
REFUSED = re.compile(r"address refused source=(\w+) url=(\S+)")


@dataclass(frozen=True, slots=True)
class NightRun:
    """What a night brought."""

    summary: dict[str, Any]
    """As `adwatch nightly --json` prints it."""
    logs: Mapping[str, str]
    """Of each spider, by source."""

    def source(self, name: str) -> dict[str, Any]:
        """The source's line of the summary."""
        return next(line for line in self.summary["sources"] if line["source"] == name)

    def problems(self, source: str) -> dict[str, str]:
        """The problem of each address, as the source's spider told it."""
        log = self.logs[source]
        refused = {url: Problem.FORBIDDEN_ADDRESS.value for _, url in REFUSED.findall(log)}
        return {**refused, **{url: problem for problem, _, url in TOLD.findall(log)}}


def run_night(home: Path, *, names: Mapping[str, Sequence[Sequence[str]]]) -> NightRun:
    """`adwatch nightly` with that data folder; `names` are the answers of its name server, one after another."""
    kept = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment = {
        **kept,
        "ADWATCH_HOME": str(home),
        "ADWATCH_TEST_NAMES": orjson.dumps(names).decode(),
        "PYTHONPATH": os.pathsep.join((str(NAMES), str(ROOT))),
        "SCRAPY_SETTINGS_MODULE": "tests.hostile.quick",
    }
    command = [sys.executable, "-m", "crawler.cli", "nightly", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    logs = {path.stem.partition("-")[2]: path.read_text(errors="replace") for path in (home / "logs").glob("*.log")}
    return NightRun(orjson.loads(done.stdout), logs)


@dataclass(slots=True)
class Canary:
    """A port inside the network; whoever connects has broken in."""

    port: int
    visits: list[bytes] = field(default_factory=list)
    """What each visitor said first."""


@contextmanager
def canary(host: str = "127.0.0.1", port: int = 0) -> Iterator[Canary]:
    """Listens for visitors until the end of the block, by TCP and UDP."""
    listening = socket.create_server((host, port))
    found = Canary(listening.getsockname()[1])
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind((host, found.port))

    def answer() -> None:
        while True:
            try:
                visitor, _ = listening.accept()
            except OSError:
                return
            visitor.settimeout(2)
            found.visits.append(visitor.recv(200))
            visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\ntajna!")
            visitor.close()

    def hear() -> None:
        while True:
            try:
                found.visits.append(datagrams.recv(200) or b"datagram")
            except OSError:
                return

    for listen in (answer, hear):
        threading.Thread(target=listen, daemon=True).start()
    try:
        yield found
    finally:
        # Threads that wait in accept hold a socket open that is only closed.
        for opened in (listening, datagrams):
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()
