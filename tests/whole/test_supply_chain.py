"""What we rely on: pins and hashes say the same, and an advisory stops `make lint`, where one can be asked for."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _pins(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", line) for line in lines]
    return {f"{re.sub(r'[-_.]+', '-', one[1]).lower()}=={one[2]}" for one in found if one}


@pytest.mark.parametrize(
    ("pins", "hashes"), [("requirements.txt", "hashes.txt"), ("requirements-dev.txt", "hashes-dev.txt")]
)
def test_each_pin_has_its_hashes_and_no_other_has(pins: str, hashes: str) -> None:
    assert _pins(ROOT / pins) == _pins(ROOT / ".ci" / hashes), "a pin changed: run `make hashes`"


@pytest.mark.parametrize("hashes", ["hashes.txt", "hashes-dev.txt"])
def test_hashes_name_no_index_and_leave_no_package_out(hashes: str) -> None:
    text = (ROOT / ".ci" / hashes).read_text(encoding="utf-8")
    assert "://" not in text
    for package in re.split(r"\n(?=\S)", text.strip()):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package.splitlines()[0]


@contextmanager
def _service(advisories: list[dict[str, Any]], *, status: int = 200) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"vulns": advisories}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()


def _audit(address: str, folder: Path) -> subprocess.CompletedProcess[str]:
    pins = folder / "pins.txt"
    pins.write_text("invented-package==1.0\n")
    command = [sys.executable, ROOT / ".ci" / "audit", "--osv-url", address, pins]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


def test_an_advisory_fails(tmp_path: Path) -> None:
    advisory = {
        "id": "TEST-2026-1",
        "published": "2026-11-01T00:00:00Z",
        "summary": "invented",
        "details": "invented",
        "affected": [
            {
                "package": {"name": "invented-package", "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
            }
        ],
    }
    with _service([advisory]) as address:
        ended = _audit(address, tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "audit: invented-package 1.0: TEST-2026-1, mended in 1.1\n")


def test_none_passes(tmp_path: Path) -> None:
    with _service([]) as address:
        ended = _audit(address, tmp_path)
    assert (ended.returncode, ended.stdout) == (0, "audit: 1 packages, no advisory\n")


def test_a_service_that_is_not_there_is_said_and_passes(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        ended = _audit(f"http://127.0.0.1:{closed.getsockname()[1]}/v1/query", tmp_path)
    assert (ended.returncode, ended.stdout) == (
        0,
        "audit: not checked, the advisory service could not be reached\n",
    )


def test_pins_that_cannot_be_read_are_no_missing_service(tmp_path: Path) -> None:
    command = [sys.executable, ROOT / ".ci" / "audit", tmp_path / "no-such-file.txt"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert ended.returncode == 1
    assert "not checked" not in ended.stdout
