from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from alerts.desk.serving import open_socket
from crawler.errors import UsageError


def _adwatch(home: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", *arguments]
    environment = os.environ | {"ADWATCH_HOME": str(home)}
    return subprocess.run(command, input=typed, env=environment, capture_output=True, text=True, check=False)


def test_a_person_is_added_and_listed_without_the_password(tmp_path: Path) -> None:
    add = ("users", "add", "Ana@primer.example", "--name", "Ana", "--role", "legal", "--password-stdin")
    added = _adwatch(tmp_path, *add, typed="proba-lozinke\n")
    assert (added.returncode, added.stdout) == (0, "")
    listed = _adwatch(tmp_path, "users", "list", "--json")
    (person,) = json.loads(listed.stdout)
    assert (person["email"], person["role"]) == ("ana@primer.example", "legal")
    assert "argon2" not in listed.stdout
    assert _adwatch(tmp_path, *add, typed="proba-lozinke\n").returncode == 2


def test_an_unknown_role_is_wrong_use(tmp_path: Path) -> None:
    refused = _adwatch(tmp_path, "users", "add", "a@b.example", "--name", "A", "--role", "boss", "--password-stdin")
    assert refused.returncode == 2
    assert refused.stderr.startswith("adwatch: there is no role `boss`")
    assert refused.stderr.count("\n") == 1


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with open_socket("127.0.0.1", 0) as taken:
        refused = _adwatch(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 2
    assert "is taken" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(UsageError, match="no address of this machine"):
        open_socket("desk.invalid", 8000)


def test_serve_says_where_and_answers_until_it_is_stopped(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crawler.cli", "serve", "--port", "0"]
    environment = os.environ | {"ADWATCH_HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", told)
        assert found, told
        with urllib.request.urlopen(f"{found.group()}healthz") as answer:  # noqa: S310 - loopback
            assert answer.read() == b"ok"
        process.terminate()
        assert process.wait(timeout=600) in (0, -15)
